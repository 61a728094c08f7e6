package dev.weir.monitor.mirror;

/**
 * How large differences were: counts in buckets each a quarter of a power of two (19 %) wide, from
 * 10⁻¹² to about 10¹². Zeros and infinite ones are counted exactly. Single writer.
 */
final class DifferenceSketch {
  private static final double SMALLEST = 1e-12;
  private static final int PARTS_OF_OCTAVE = 4;
  private static final int BUCKETS = 80 * PARTS_OF_OCTAVE + 1;

  /** Bucket i holds what is over {@code bound(i - 1)}, up to {@code bound(i)}. */
  private final long[] counts = new long[BUCKETS];

  private long zeros;
  private long infinite;
  private long total;
  private double largest;

  /**
   * Counts a difference.
   *
   * @param difference 0 or more, infinite allowed
   */
  void add(double difference) {
    total++;
    largest = Math.max(largest, difference);
    if (difference == 0) {
      zeros++;
    } else if (Double.isInfinite(difference)) {
      infinite++;
    } else {
      counts[bucketOf(difference)]++;
    }
  }

  /** Takes in all counts of another. */
  void addAll(DifferenceSketch other) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      counts[bucket] += other.counts[bucket];
    }
    zeros += other.zeros;
    infinite += other.infinite;
    total += other.total;
    largest = Math.max(largest, other.largest);
  }

  /** How many were counted. */
  long total() {
    return total;
  }

  /** The largest, exactly; 0 when none were counted. */
  double largest() {
    return largest;
  }

  /**
   * What at least this share was not over: the upper bound of its bucket, at most 19 % too high; 0
   * when none were counted.
   *
   * @param quantile over 0, up to 1
   */
  double quantile(double quantile) {
    double needed = quantile * total;
    long seen = zeros;
    if (seen >= needed) {
      return 0;
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      seen += counts[bucket];
      if (seen >= needed) {
        return bucket == BUCKETS - 1 ? largest : Math.min(bound(bucket), largest);
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private static int bucketOf(double difference) {
    double octaves = Math.log(difference / SMALLEST) / Math.log(2);
    return (int) Math.max(0, Math.min(BUCKETS - 1, Math.ceil(octaves * PARTS_OF_OCTAVE)));
  }

  private static double bound(int bucket) {
    return SMALLEST * Math.pow(2, (double) bucket / PARTS_OF_OCTAVE);
  }
}
