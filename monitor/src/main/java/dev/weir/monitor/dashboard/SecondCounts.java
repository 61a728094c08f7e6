package dev.weir.monitor.dashboard;

import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;

/** What one variant did in one second. Mutable, single writer. */
final class SecondCounts {
  long second = Long.MIN_VALUE;
  long started;
  long errors;
  long unfinished;
  private final int[] latencies = new int[LatencyScale.BUCKETS];

  void reset(long newSecond) {
    second = newSecond;
    started = 0;
    errors = 0;
    unfinished = 0;
    java.util.Arrays.fill(latencies, 0);
  }

  void add(OutcomeCell cell) {
    started += cell.getStarted();
    unfinished += cell.getUnfinished();
    for (long count : cell.getErrorsMap().values()) {
      errors += count;
    }
    for (int i = 0; i < cell.getLatencyBucketsCount(); i++) {
      latencies[cell.getLatencyBuckets(i)] += (int) cell.getLatencyCounts(i);
    }
  }

  /** Adds the latencies to a sum, or takes them away again. */
  void addLatenciesTo(long[] sum, int sign) {
    for (int bucket = 0; bucket < latencies.length; bucket++) {
      sum[bucket] += (long) sign * latencies[bucket];
    }
  }
}
