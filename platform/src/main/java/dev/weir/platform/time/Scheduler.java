package dev.weir.platform.time;

import java.time.Duration;

/** Runs tasks later. Thread-safe. A task that throws is logged and, when periodic, goes on. */
public interface Scheduler extends AutoCloseable {
  /** Runs the task once, {@code delay} from now, unless cancelled before. */
  Cancellable after(Duration delay, Runnable task);

  /**
   * Runs the task again and again, the first time one {@code period} from now. The next run is due
   * one period after the last one ended: runs never overlap.
   */
  Cancellable every(Duration period, Runnable task);

  /** Cancels everything that has not started; what is asked for later never runs. Idempotent. */
  @Override
  void close();

  /** A task that may still be prevented. */
  @FunctionalInterface
  interface Cancellable {
    /** Prevents runs that have not begun. Idempotent. */
    void cancel();
  }

  /** Timers of this machine; tasks run on virtual threads named {@code name}. */
  static Scheduler system(String name) {
    return new SystemScheduler(name);
  }
}
