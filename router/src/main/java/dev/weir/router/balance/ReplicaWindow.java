package dev.weir.router.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts of one replica since the peers were last compared. Thread-safe, lock-free. */
final class ReplicaWindow {
  private static final long ERROR = 1L << 32;

  private static final VarHandle COUNTS;
  private static final VarHandle LATENCY;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      COUNTS = lookup.findVarHandle(ReplicaWindow.class, "counts", long.class);
      LATENCY = lookup.findVarHandle(ReplicaWindow.class, "latencyNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Errors in the upper half, all in the lower. */
  @SuppressWarnings("UnusedVariable") // by COUNTS
  private long counts;

  @SuppressWarnings("UnusedVariable") // by LATENCY
  private long latencyNanos;

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
    COUNTS.getAndAdd(this, error ? ERROR + 1 : 1L);
    LATENCY.getAndAdd(this, nanos);
  }

  /** What was counted, and begins again. A request that ends now may be counted half here. */
  Sample take() {
    long taken = (long) COUNTS.getAndSet(this, 0L);
    return new Sample(taken & ERROR - 1, taken >>> 32, (long) LATENCY.getAndSet(this, 0L));
  }
}
