package dev.weir.platform.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts calls that have no status yet. Thread-safe; threads do not meet in it until it is awaited.
 */
public final class CallCount {
  private final LongAdder started = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Condition none = lock.newCondition();

  private volatile boolean awaited;

  /** One call more. */
  public void started() {
    started.increment();
  }

  /** One call less. */
  public void ended() {
    ended.increment();
    if (awaited) {
      lock.lock();
      try {
        none.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Calls that have no status yet. */
  public long count() {
    // in this order, so that a call which ends meanwhile is not counted as more than none
    long gone = ended.sum();
    return started.sum() - gone;
  }

  /** Waits until there are none, at most so long. Returns whether there are none. */
  public boolean awaitNone(Duration timeout) throws InterruptedException {
    long leftNanos = timeout.toNanos();
    lock.lock();
    try {
      awaited = true;
      while (count() > 0 && leftNanos > 0) {
        leftNanos = none.awaitNanos(leftNanos);
      }
      return count() == 0;
    } finally {
      lock.unlock();
    }
  }
}
