package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.LatencyHistogram;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What became of some units of one arm. Mutable, single writer. */
final class ArmOutcomes {
  /** The gRPC status that a client with a deadline would have seen. */
  private static final int DEADLINE_EXCEEDED = 4;

  private final LatencyHistogram latencies = new LatencyHistogram();
  private final Map<Integer, Long> failed = new TreeMap<>();

  void answered(int bucket, long count) {
    latencies.add(bucket, count);
  }

  /** Units that ended with a status other than OK. */
  void failed(int status, long count) {
    failed.merge(status, count, Long::sum);
    latencies.addUnanswered(count);
  }

  /** Units that did not end within the observation window. */
  void unfinished(long count) {
    if (count > 0) {
      failed(DEADLINE_EXCEEDED, count);
    }
  }

  LatencyHistogram latencies() {
    return latencies;
  }

  /**
   * Units that failed.
   *
   * @param statusCodes with one of these; empty: with any
   */
  long failed(Set<Integer> statusCodes) {
    return failed.entrySet().stream()
        .filter(entry -> statusCodes.isEmpty() || statusCodes.contains(entry.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  long units() {
    return latencies.units();
  }
}
