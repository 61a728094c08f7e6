package dev.weir.monitor.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps what is saved in step. While something is taken from a log, with all that follows from it
 * in every room, nothing is saved; and what is saved beside the evidence is saved after it. So a
 * process that was killed knows of its evidence where in the log it ends, and nothing else on its
 * disk is ahead of that: what is read once more is counted twice nowhere. Thread-safe.
 */
public final class SavePoint {
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private Runnable notePlace = () -> {};

  @GuardedBy("lock")
  private Runnable saveEvidence = () -> {};

  private volatile boolean again;

  /** Says how the evidence is saved. */
  public void evidence(Runnable save) {
    lock.lock();
    try {
      saveEvidence = save;
    } finally {
      lock.unlock();
    }
  }

  /** Says how the place in the log is put into the evidence, before it is saved. */
  public void place(Runnable note) {
    lock.lock();
    try {
      notePlace = note;
    } finally {
      lock.unlock();
    }
  }

  /** Takes something; nothing is saved meanwhile. */
  public void taking(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes something that was taken before a restart, so that memory is what it was: what follows
   * from it has been told, and is not told again ({@link #isAgain}).
   */
  public void takingAgain(Runnable step) {
    lock.lock();
    try {
      again = true;
      step.run();
    } finally {
      again = false;
      lock.unlock();
    }
  }

  /** What is taken just now was taken before. */
  public boolean isAgain() {
    return again;
  }

  /** Saves the evidence. */
  public void save() {
    save(() -> {});
  }

  /** Saves the evidence, and then what is beside it. */
  public void save(Runnable beside) {
    lock.lock();
    try {
      notePlace.run();
      saveEvidence.run();
      beside.run();
    } finally {
      lock.unlock();
    }
  }
}
