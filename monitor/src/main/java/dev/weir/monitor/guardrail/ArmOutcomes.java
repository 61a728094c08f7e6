package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.LatencyHistogram;

/** What became of some units of one arm. Mutable, single writer. */
final class ArmOutcomes {
  private final LatencyHistogram latencies = new LatencyHistogram();
  private long failed;

  void answered(int bucket, long count) {
    latencies.add(bucket, count);
  }

  /** Units that ended in an error or did not end within the observation window. */
  void failed(long count) {
    failed += count;
    latencies.addUnanswered(count);
  }

  LatencyHistogram latencies() {
    return latencies;
  }

  long failed() {
    return failed;
  }

  long succeeded() {
    return latencies.answered();
  }

  long units() {
    return latencies.units();
  }
}
