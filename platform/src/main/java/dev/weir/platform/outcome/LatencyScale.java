package dev.weir.platform.outcome;

/**
 * The fixed buckets in which latencies are counted, the same in every router and monitor: {@value
 * #BUCKETS} buckets from about 1 us to about 69 s, each 1.6 % to 3.1 % wide (32 equal parts of each
 * power of two), exact in integers.
 *
 * <pre>
 *   bucket            holds latencies, nanoseconds
 *   0                 up to 1,024 (2^10)
 *   1 + 32 e + s      over (32 + s) 2^(e + 5), up to (33 + s) 2^(e + 5);   e = 0..25, s = 0..31
 *   833               over 2^36 (68.7 s)
 * </pre>
 *
 * <p>A bucket's upper bound belongs to it, so "latency &gt; bound of bucket b" is exactly "bucket
 * &gt; b". Bucket numbers travel between processes and are stored: they never change.
 */
public final class LatencyScale {
  /** Number of buckets. */
  public static final int BUCKETS = 834;

  /** The bucket of everything that is longer than the scale. */
  public static final int OVERFLOW_BUCKET = BUCKETS - 1;

  private static final int PARTS_BITS = 5;
  private static final int PARTS = 1 << PARTS_BITS;
  private static final int FIRST_OCTAVE = 10;
  private static final int LAST_OCTAVE = 35;

  private LatencyScale() {}

  /**
   * The bucket that holds a latency: the first whose upper bound is not below it.
   *
   * @param nanos nanoseconds; a negative one counts as 0
   */
  public static int bucketOf(long nanos) {
    if (nanos <= 1L << FIRST_OCTAVE) {
      return 0;
    }
    // Shifted by one because the upper bound, not the lower, belongs to the bucket.
    long below = nanos - 1;
    int octave = 63 - Long.numberOfLeadingZeros(below);
    if (octave > LAST_OCTAVE) {
      return OVERFLOW_BUCKET;
    }
    int part = (int) (below >>> (octave - PARTS_BITS)) & (PARTS - 1);
    return 1 + (octave - FIRST_OCTAVE) * PARTS + part;
  }

  /**
   * Largest latency, in nanoseconds, that falls into a bucket; {@link Long#MAX_VALUE} for the last.
   *
   * @param bucket 0 to {@link #OVERFLOW_BUCKET}
   */
  public static long upperBoundNanos(int bucket) {
    if (bucket < 0 || bucket >= BUCKETS) {
      throw new IndexOutOfBoundsException(
          "latency bucket " + bucket + " (expected: 0 to " + OVERFLOW_BUCKET + ")");
    }
    if (bucket == 0) {
      return 1L << FIRST_OCTAVE;
    }
    if (bucket == OVERFLOW_BUCKET) {
      return Long.MAX_VALUE;
    }
    int octave = FIRST_OCTAVE + (bucket - 1) / PARTS;
    long part = (bucket - 1) % PARTS;
    return (PARTS + part + 1) << (octave - PARTS_BITS);
  }
}
