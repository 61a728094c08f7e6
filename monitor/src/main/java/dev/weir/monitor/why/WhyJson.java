package dev.weir.monitor.why;

import dev.weir.monitor.stats.slice.Interval;
import dev.weir.monitor.stats.slice.SliceCount;
import dev.weir.monitor.stats.slice.SliceFinding;
import dev.weir.monitor.why.Explanation.EventChange;
import dev.weir.monitor.why.Explanation.Line;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Explanations as JSON. Pure but for the question which traces are here. */
final class WhyJson {
  private final Predicate<String> holdsTrace;

  WhyJson(Predicate<String> holdsTrace) {
    this.holdsTrace = holdsTrace;
  }

  static Map<String, Object> version(WhyBoard.Known known) {
    var json = new LinkedHashMap<String, Object>();
    json.put("route", known.key().route());
    json.put("model", known.key().model());
    json.put("version", known.key().version());
    known
        .cut()
        .ifPresent(cut -> {
          json.put("event", cut.event());
          json.put("sinceMillis", cut.sinceMillis());
          json.put("deviations", cut.deviations());
        });
    return json;
  }

  static Map<String, Object> deployment(Deployment deployment) {
    var json = new LinkedHashMap<String, Object>();
    json.put("atMillis", deployment.at().toEpochMilli());
    json.put("kind", deployment.kind().name().toLowerCase(Locale.ROOT));
    json.put("route", deployment.route());
    json.put("model", deployment.model());
    json.put("what", deployment.what());
    return json;
  }

  /** Adds an explanation's fields. */
  void put(Map<String, Object> json, Explanation explanation) {
    json.put("event", explanation.event());
    json.put("beforeMillis", explanation.beforeMillis());
    json.put("sinceMillis", explanation.sinceMillis());
    json.put("untilMillis", explanation.untilMillis());
    json.put("comparisons", explanation.comparisons());
    json.put("changes", explanation.events().stream().map(WhyJson::json).toList());
    json.put("slices", explanation.slices().stream().map(this::json).toList());
    json.put("windows", explanation.starts());
    json.put("line", json(explanation.line()));
    json.put("otherLine", json(explanation.other()));
  }

  private static Map<String, Object> json(EventChange change) {
    var json = new LinkedHashMap<String, Object>();
    json.put("event", change.event());
    json.put("change", json(change.change()));
    json.put("deviations", change.deviations());
    put(json, change.all());
    return json;
  }

  private Map<String, Object> json(Explanation.Slice slice) {
    SliceFinding finding = slice.finding();
    var json = new LinkedHashMap<String, Object>();
    json.put("feature", finding.count().feature());
    json.put("value", finding.count().value());
    json.put("explained", finding.explained());
    json.put("size", finding.size());
    json.put("byRate", finding.byRate());
    json.put("byShare", finding.byShare());
    json.put("extraRate", json(finding.extraRate()));
    json.put("shareChange", json(finding.shareChange()));
    json.put("shown", finding.shown());
    put(json, finding.count());
    json.put("line", json(slice.line()));
    json.put("otherLine", json(slice.other()));
    json.put("traces", traces(slice.traceIds()));
    return json;
  }

  /** Those that can be shown here first. */
  private List<Map<String, Object>> traces(List<String> ids) {
    return ids.stream()
        .map(id -> new Trace(id, holdsTrace.test(id)))
        .sorted(Comparator.comparing(Trace::held).reversed())
        .map(trace -> Map.<String, Object>of("traceId", trace.id(), "held", trace.held()))
        .toList();
  }

  private record Trace(String id, boolean held) {}

  private static Map<String, Object> json(Line line) {
    return Map.of("units", line.units(), "hits", line.hits());
  }

  private static Map<String, Object> json(Interval interval) {
    return Map.of("estimate", interval.estimate(), "low", interval.low(), "high", interval.high());
  }

  private static void put(Map<String, Object> json, SliceCount count) {
    json.put("before", count.before());
    json.put("hitsBefore", count.hitsBefore());
    json.put("after", count.after());
    json.put("hitsAfter", count.hitsAfter());
  }
}
