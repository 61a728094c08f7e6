package dev.weir.monitor.dashboard;

import dev.weir.platform.outcome.LatencyScale;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A variant's last two minutes, a point a second; null where there is nothing to say.
 *
 * @param fromSecond second of the first point, since 1970
 * @param requestsPerSecond requests that began in that second
 * @param errorPercent share that failed or did not end, 0 to 100
 * @param p50Millis median latency of the ten seconds up to that one
 * @param p99Millis 99th percentile of the same
 */
public record TrafficSeries(
    long fromSecond,
    List<Long> requestsPerSecond,
    List<@Nullable Double> errorPercent,
    List<@Nullable Double> p50Millis,
    List<@Nullable Double> p99Millis) {
  /** Points of a series. */
  public static final int SECONDS = 120;

  /** Seconds that a latency point looks back on: one second alone has too few of a canary. */
  private static final int LATENCY_SECONDS = 10;

  /**
   * The series that ends with a second.
   *
   * @param at what is known of a second; null: nothing began in it
   */
  static TrafficSeries endingAt(long lastSecond, LongFunction<@Nullable SecondCounts> at) {
    long from = lastSecond - SECONDS + 1;
    var requests = new ArrayList<Long>(SECONDS);
    var errors = new ArrayList<@Nullable Double>(SECONDS);
    var p50 = new ArrayList<@Nullable Double>(SECONDS);
    var p99 = new ArrayList<@Nullable Double>(SECONDS);
    var window = new long[LatencyScale.BUCKETS];
    for (long second = from - LATENCY_SECONDS + 1; second <= lastSecond; second++) {
      addTo(window, at.apply(second), 1);
      if (second < from) {
        continue;
      }
      SecondCounts counts = at.apply(second);
      requests.add(counts == null ? 0L : counts.started);
      errors.add(
          counts == null || counts.started == 0
              ? null
              : 100.0 * (counts.errors + counts.unfinished) / counts.started);
      p50.add(quantileMillis(window, 0.5));
      p99.add(quantileMillis(window, 0.99));
      addTo(window, at.apply(second - LATENCY_SECONDS + 1), -1);
    }
    return new TrafficSeries(from, requests, errors, p50, p99);
  }

  private static void addTo(long[] window, @Nullable SecondCounts counts, int sign) {
    if (counts != null) {
      counts.addLatenciesTo(window, sign);
    }
  }

  /**
   * Quantile of counted latencies in milliseconds, by the upper bound of its bucket; null: none.
   */
  static @Nullable Double quantileMillis(long[] counts, double quantile) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    if (total == 0) {
      return null;
    }
    double needed = quantile * total;
    long seen = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      seen += counts[bucket];
      if (seen >= needed && seen > 0) {
        return bucket == LatencyScale.OVERFLOW_BUCKET
            ? 68_719.0
            : LatencyScale.upperBoundNanos(bucket) / 1e6;
      }
    }
    return null;
  }
}
