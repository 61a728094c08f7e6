package dev.weir.router.exchange;

import dev.weir.platform.outcome.LatencyScale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A quantile of the latencies of the last seconds, in the buckets of {@link LatencyScale} (so at
 * most 3.1 % too high): counts of the present period and of the one before it. Computed anew at
 * most every tenth of a period. Thread-safe, lock-free; a latency is one atomic addition.
 */
final class LatencyQuantile {
  /** Latencies that there must be, or the quantile is not known. */
  static final int LEAST_SAMPLES = 100;

  private final long periodNanos;
  private final AtomicLong nextComputation;
  private final AtomicReference<Periods> periods;
  private volatile Known known = new Known(Double.NaN, -1);

  private record Periods(long startNanos, AtomicIntegerArray before, AtomicIntegerArray present) {}

  private record Known(double quantile, long nanos) {}

  LatencyQuantile(long periodNanos, long nowNanos) {
    this.periodNanos = periodNanos;
    this.periods = new AtomicReference<>(new Periods(nowNanos, counts(), counts()));
    this.nextComputation = new AtomicLong(nowNanos);
  }

  private static AtomicIntegerArray counts() {
    return new AtomicIntegerArray(LatencyScale.BUCKETS);
  }

  void record(long latencyNanos, long nowNanos) {
    Periods now = periods();
    long past = nowNanos - now.startNanos();
    if (past >= periodNanos) {
      now = roll(now, past);
    }
    now.present().getAndIncrement(LatencyScale.bucketOf(latencyNanos));
  }

  private Periods roll(Periods now, long past) {
    AtomicIntegerArray before = past < 2 * periodNanos ? now.present() : counts();
    periods.compareAndSet(now, new Periods(now.startNanos() + past, before, counts()));
    return periods();
  }

  private Periods periods() {
    return Objects.requireNonNull(periods.get());
  }

  /**
   * The latency that the share {@code quantile} of answers does not exceed.
   *
   * @return nanoseconds; -1: too few answers to know
   */
  long nanos(double quantile, long nowNanos) {
    long due = nextComputation.get();
    Known last = known;
    boolean stale =
        last.quantile() != quantile
            || nowNanos - due >= 0
                && nextComputation.compareAndSet(due, nowNanos + periodNanos / 10);
    if (!stale) {
      return last.nanos();
    }
    Known fresh = new Known(quantile, compute(quantile));
    known = fresh;
    return fresh.nanos();
  }

  private long compute(double quantile) {
    Periods now = periods();
    long all = 0;
    for (int i = 0; i < LatencyScale.BUCKETS; i++) {
      all += now.before().get(i) + now.present().get(i);
    }
    if (all < LEAST_SAMPLES) {
      return -1;
    }
    long wanted = (long) Math.ceil(quantile * all);
    long seen = 0;
    for (int i = 0; i < LatencyScale.BUCKETS; i++) {
      seen += now.before().get(i) + now.present().get(i);
      if (seen >= wanted) {
        return i == LatencyScale.OVERFLOW_BUCKET ? -1 : LatencyScale.upperBoundNanos(i);
      }
    }
    return -1;
  }
}
