package dev.weir.monitor.stats;

import dev.weir.platform.outcome.LatencyScale;
import java.util.OptionalDouble;

/**
 * Counts of requests by latency bucket, and of those without an answer, which are slower than any
 * latency. Mutable, single writer, not thread-safe.
 */
public final class LatencyHistogram {
  private final long[] answered = new long[LatencyScale.BUCKETS];
  private long answeredTotal;
  private long unanswered;
  // All filled buckets lie between these: most histograms use a small part of the scale.
  private int lowest = LatencyScale.BUCKETS;
  private int highest = -1;

  /** An empty one. */
  public LatencyHistogram() {}

  /**
   * Counts answered requests.
   *
   * @param bucket 0 to {@link LatencyScale#OVERFLOW_BUCKET}
   * @param count at least 0
   */
  public void add(int bucket, long count) {
    if (bucket < 0 || bucket >= answered.length) {
      throw new IllegalArgumentException(
          "bucket: " + bucket + " (expected: 0 to " + LatencyScale.OVERFLOW_BUCKET + ")");
    }
    answered[bucket] += requireCount(count);
    answeredTotal += count;
    lowest = Math.min(lowest, bucket);
    highest = Math.max(highest, bucket);
  }

  /** Counts requests that ended in an error or did not end: slower than any latency. */
  public void addUnanswered(long count) {
    unanswered += requireCount(count);
  }

  /** Takes in all counts of another. */
  public void addAll(LatencyHistogram other) {
    for (int bucket = other.lowest; bucket <= other.highest; bucket++) {
      answered[bucket] += other.answered[bucket];
    }
    lowest = Math.min(lowest, other.lowest);
    highest = Math.max(highest, other.highest);
    answeredTotal += other.answeredTotal;
    unanswered += other.unanswered;
  }

  /** Requests, answered or not. */
  public long units() {
    return answeredTotal + unanswered;
  }

  /** Requests that were answered. */
  public long answered() {
    return answeredTotal;
  }

  /** Requests slower than the upper bound of a bucket, unanswered ones included. */
  public long slowerThan(int bucket) {
    long count = unanswered;
    for (int b = Math.max(bucket + 1, lowest); b <= highest; b++) {
      count += answered[b];
    }
    return count;
  }

  /**
   * The first bucket that at least this share of the answered requests are not slower than.
   *
   * @param quantile over 0, under 1
   */
  int quantileBucket(double quantile) {
    double needed = quantile * answeredTotal;
    long seen = 0;
    for (int bucket = lowest; bucket <= highest; bucket++) {
      seen += answered[bucket];
      if (seen >= needed && seen > 0) {
        return bucket;
      }
    }
    return LatencyScale.OVERFLOW_BUCKET;
  }

  /**
   * What at least this share of the answered requests are not slower than, milliseconds: the upper
   * bound of its bucket, or the scale's end; empty when none were answered.
   *
   * @param quantile over 0, under 1
   */
  public OptionalDouble quantileMillis(double quantile) {
    if (answeredTotal == 0) {
      return OptionalDouble.empty();
    }
    int bucket = Math.min(quantileBucket(quantile), LatencyScale.OVERFLOW_BUCKET - 1);
    return OptionalDouble.of(LatencyScale.upperBoundNanos(bucket) / 1e6);
  }

  /** {@code int64 unanswered, uint16 n, n x (uint16 bucket, int64 count)}, buckets rising. */
  public void writeTo(StateWriter out) {
    int filled = 0;
    for (long count : answered) {
      filled += count > 0 ? 1 : 0;
    }
    out.int64(unanswered).uint16(filled);
    for (int bucket = lowest; bucket <= highest; bucket++) {
      if (answered[bucket] > 0) {
        out.uint16(bucket).int64(answered[bucket]);
      }
    }
  }

  /**
   * The histogram that {@link #writeTo} wrote.
   *
   * @throws IllegalArgumentException when it is damaged
   */
  public static LatencyHistogram readFrom(StateReader in) {
    var histogram = new LatencyHistogram();
    histogram.unanswered = in.count();
    int filled = in.uint16();
    for (int i = 0; i < filled; i++) {
      histogram.add(in.uint16(), in.count());
    }
    return histogram;
  }

  private static long requireCount(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
    }
    return count;
  }
}
