package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.StoredSpan;
import java.util.Comparator;
import java.util.List;

/**
 * One trace in a line of the list.
 *
 * @param traceId 32 hexadecimal digits
 * @param atMillis start of its first span, since 1970
 * @param durationMicros from the first start to the last end
 * @param name of the span that started first
 * @param services that took part, in the order of their start
 * @param error a span of it ended with an error
 * @param route of the first span that names one, or empty
 * @param variant likewise
 */
record TraceSummary(
    String traceId,
    long atMillis,
    long durationMicros,
    int spans,
    String name,
    List<String> services,
    boolean error,
    String route,
    String variant) {
  /** Of spans, at least one, in any order. */
  static TraceSummary of(String traceId, List<StoredSpan> spans) {
    List<StoredSpan> ordered =
        spans.stream().sorted(Comparator.comparingLong(StoredSpan::startNanos)).toList();
    long start = ordered.getFirst().startNanos();
    long end = ordered.stream().mapToLong(StoredSpan::endNanos).max().orElse(start);
    return new TraceSummary(
        traceId,
        start / 1_000_000,
        Math.max(0, end - start) / 1_000,
        ordered.size(),
        ordered.getFirst().name(),
        ordered.stream().map(StoredSpan::service).distinct().toList(),
        ordered.stream().anyMatch(StoredSpan::error),
        attribute(ordered, "weir.route"),
        attribute(ordered, "weir.variant"));
  }

  private static String attribute(List<StoredSpan> spans, String name) {
    return spans.stream()
        .map(span -> span.attributes().getOrDefault(name, ""))
        .filter(value -> !value.isEmpty())
        .findFirst()
        .orElse("");
  }
}
