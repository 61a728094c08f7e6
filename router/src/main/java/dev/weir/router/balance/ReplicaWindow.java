package dev.weir.router.balance;

import java.util.concurrent.atomic.AtomicLong;

/** Counts of one replica since the peers were last compared. Thread-safe, lock-free. */
final class ReplicaWindow {
  private static final long ERROR = 1L << 32;

  /** Errors in the upper half, all in the lower. */
  private final AtomicLong counts = new AtomicLong();

  private final AtomicLong latencyNanos = new AtomicLong();

  /**
   * What was counted.
   *
   * @param requests all
   * @param errors those of them that ended badly
   * @param latencyNanos the sum of what they took
   */
  record Sample(long requests, long errors, long latencyNanos) {
    double errorRate() {
      return (double) errors / requests;
    }

    double meanLatencyNanos() {
      return (double) latencyNanos / requests;
    }
  }

  void count(boolean error, long nanos) {
    counts.getAndAdd(error ? ERROR + 1 : 1);
    latencyNanos.getAndAdd(nanos);
  }

  /** What was counted, and begins again. A request that ends now may be counted half here. */
  Sample take() {
    long taken = counts.getAndSet(0);
    return new Sample(taken & ERROR - 1, taken >>> 32, latencyNanos.getAndSet(0));
  }
}
