package dev.weir.monitor.mirror;

import dev.weir.monitor.stats.LatencyHistogram;
import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.MirrorSide;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one of the two versions did, added up. Single writer. */
final class SideTally {
  private static final int STATUSES = 17;

  private final long[] statuses = new long[STATUSES];
  private final LatencyHistogram latencies = new LatencyHistogram();

  /**
   * Counts it; latencies only of pairs with two answers, so that both sides' are of the same
   * requests.
   */
  void add(MirrorSide side, boolean bothOk) {
    statuses[side.getStatus()]++;
    if (bothOk) {
      latencies.add(LatencyScale.bucketOf(side.getLatencyNanos()), 1);
    }
  }

  MirrorView.Side view() {
    Map<Integer, Long> counted = new LinkedHashMap<>();
    for (int status = 0; status < STATUSES; status++) {
      if (statuses[status] > 0) {
        counted.put(status, statuses[status]);
      }
    }
    return new MirrorView.Side(
        counted, latencies.quantileMillis(0.5), latencies.quantileMillis(0.99));
  }
}
