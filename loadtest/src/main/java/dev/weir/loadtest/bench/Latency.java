package dev.weir.loadtest.bench;

import java.util.Arrays;

/**
 * Latency of requests that were made one after the other.
 *
 * @param p50Micros median, microseconds
 * @param p99Micros 99th percentile, microseconds
 */
record Latency(double p50Micros, double p99Micros) {
  /** Of at least one value, in any order, microseconds. */
  static Latency of(long[] micros) {
    long[] sorted = micros.clone();
    Arrays.sort(sorted);
    return new Latency(percentile(sorted, 0.5), percentile(sorted, 0.99));
  }

  static double percentile(long[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
  }
}
