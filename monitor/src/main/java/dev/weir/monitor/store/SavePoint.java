package dev.weir.monitor.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

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
  private BooleanSupplier saveEvidence = () -> true;

  /** Something is read from a log, and its place saved. */
  @GuardedBy("lock")
  private boolean fromLog;

  private volatile boolean again;

  /** Says how the evidence is saved, which gives whether it was. */
  public void evidence(BooleanSupplier save) {
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
      fromLog = true;
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

  /** Saves the evidence; returns whether everything in it is on disk. */
  public boolean save() {
    lock.lock();
    try {
      notePlace.run();
      return saveEvidence.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Saves the evidence, and then what is beside it. What comes from a log is not saved beside
   * evidence that could not be.
   */
  public void save(Runnable beside) {
    lock.lock();
    try {
      if (save() || !fromLog) {
        beside.run();
      }
    } finally {
      lock.unlock();
    }
  }
}
