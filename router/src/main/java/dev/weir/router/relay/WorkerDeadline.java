package dev.weir.router.relay;

import java.time.Duration;

/**
 * A worker is told what is left of a call's time, and so keeps the same deadline by its own clock
 * and timer. It may see it a little before the router does, and then cancels its stream: that is
 * the deadline, no fault of the worker's.
 */
final class WorkerDeadline {
  private static final long AHEAD_NANOS = Duration.ofMillis(5).toNanos();

  private WorkerDeadline() {}

  /**
   * Whether a worker that cancels may have done so for its deadline.
   *
   * @param leftNanos what is left by the router's clock, negative behind the deadline
   * @param timeoutNanos what there was
   */
  static boolean mayBeOver(long leftNanos, long timeoutNanos) {
    return leftNanos < Math.min(AHEAD_NANOS, timeoutNanos / 8);
  }
}
