package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.StoredSpan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A trace laid out as a waterfall: parents before children, times from the first start.
 *
 * @param traceId 32 hexadecimal digits
 * @param startMillis start of the first span, since 1970
 * @param durationMicros from the first start to the last end
 * @param rows spans, each below its parent
 */
record TraceView(String traceId, long startMillis, long durationMicros, List<Row> rows) {
  /**
   * One span.
   *
   * @param depth parents above it
   * @param startMicros from the trace's start
   * @param lost its parent is not here
   */
  record Row(
      String spanId,
      int depth,
      boolean lost,
      String name,
      String service,
      String instance,
      String kind,
      long startMicros,
      long durationMicros,
      boolean error,
      String message,
      Map<String, String> attributes) {}

  /** Lays out spans, at least one, in any order. */
  static TraceView of(String traceId, List<StoredSpan> spans) {
    long start = spans.stream().mapToLong(StoredSpan::startNanos).min().orElse(0);
    long end = spans.stream().mapToLong(StoredSpan::endNanos).max().orElse(start);
    Set<String> ids = new HashSet<>();
    spans.forEach(span -> ids.add(span.spanId()));
    var children = new HashMap<String, List<StoredSpan>>();
    for (StoredSpan span : spans) {
      boolean hasParent = ids.contains(span.parentSpanId()) && !isOwnParent(span);
      children
          .computeIfAbsent(hasParent ? span.parentSpanId() : "", p -> new ArrayList<>())
          .add(span);
    }
    children.values().forEach(list -> list.sort(Comparator.comparingLong(StoredSpan::startNanos)));
    var rows = new ArrayList<Row>();
    layOut("", 0, start, children, rows);
    return new TraceView(traceId, start / 1_000_000, (end - start) / 1_000, rows);
  }

  private static boolean isOwnParent(StoredSpan span) {
    return span.spanId().equals(span.parentSpanId());
  }

  /** Each list is taken out when laid out, so that parents in a circle end it. */
  private static void layOut(
      String parent,
      int depth,
      long start,
      Map<String, List<StoredSpan>> children,
      List<Row> rows) {
    List<StoredSpan> spans = children.remove(parent);
    if (spans == null) {
      return;
    }
    for (StoredSpan span : spans) {
      boolean lost = depth == 0 && !span.parentSpanId().isEmpty();
      rows.add(
          new Row(
              span.spanId(),
              depth,
              lost,
              span.name(),
              span.service(),
              span.instance(),
              span.kind(),
              (span.startNanos() - start) / 1_000,
              Math.max(0, span.endNanos() - span.startNanos()) / 1_000,
              span.error(),
              span.message(),
              span.attributes()));
      layOut(span.spanId(), depth + 1, start, children, rows);
    }
  }
}
