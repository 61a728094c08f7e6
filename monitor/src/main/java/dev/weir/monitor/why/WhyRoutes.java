package dev.weir.monitor.why;

import dev.weir.monitor.stats.slice.Interval;
import dev.weir.monitor.stats.slice.SliceCount;
import dev.weir.monitor.stats.slice.SliceFinding;
import dev.weir.monitor.stats.slice.SliceSearch;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /api/v1/why?route=&version=&against=&event=&recent=}: what changed most, and the
 * slices that explain it.
 */
public final class WhyRoutes implements HttpService {
  private static final double ALPHA = 0.05;
  private static final int MAX_SLICES = 20;

  private final WhyBoard board;

  /** Explains by a board. */
  public WhyRoutes(WhyBoard board) {
    this.board = board;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::why);
  }

  private void why(ServerRequest request, ServerResponse response) {
    try {
      HttpServer.send(response, Status.OK_200, answer(request));
    } catch (InvalidValueException e) {
      HttpServer.send(
          response, Status.BAD_REQUEST_400, Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  private Map<String, Object> answer(ServerRequest request) {
    String route = request.query().first("route").orElse("");
    String version = Check.notBlank("version", request.query().first("version").orElse(""));
    String against = request.query().first("against").orElse("");
    Optional<WhyBoard.Sides> sides =
        against.isEmpty()
            ? board.overTime(route, version, recent(request))
            : board.against(route, version, against);
    var json = new LinkedHashMap<String, Object>();
    json.put("route", route);
    json.put("version", version);
    json.put("against", against);
    json.put("alpha", ALPHA);
    sides.ifPresent(found -> explain(found, request.query().first("event").orElse(""), json));
    json.putIfAbsent("changes", List.of());
    json.putIfAbsent("slices", List.of());
    return json;
  }

  private static int recent(ServerRequest request) {
    String text = request.query().first("recent").orElse("1");
    try {
      return Check.inRange("recent", Integer.parseInt(text), 1, 999);
    } catch (NumberFormatException e) {
      throw new InvalidValueException("recent", text, "1 to 999 windows");
    }
  }

  private static void explain(WhyBoard.Sides sides, String asked, Map<String, Object> json) {
    var changes = new ArrayList<Change>();
    var events = new java.util.TreeSet<>(sides.before().events());
    events.addAll(sides.after().events());
    for (String event : events) {
      changes.add(new Change(event, SliceTally.all(sides.before(), sides.after(), event)));
    }
    changes.sort(Comparator.comparingDouble(Change::size).reversed());
    json.put("beforeMillis", sides.beforeMillis());
    json.put("afterMillis", sides.afterMillis());
    json.put("changes", changes.stream().map(Change::json).toList());
    changes.stream()
        .filter(change -> asked.isEmpty() || change.event().equals(asked))
        .findFirst()
        .ifPresent(change -> {
          json.put("event", change.event());
          json.put(
              "slices",
              SliceSearch.rank(
                      change.all(),
                      SliceTally.slices(sides.before(), sides.after(), change.event()),
                      ALPHA)
                  .stream()
                  .limit(MAX_SLICES)
                  .map(WhyRoutes::json)
                  .toList());
        });
  }

  private record Change(String event, SliceCount all) {
    /** In standard deviations of the difference, about. */
    double size() {
      double units = 1.0 / Math.max(1, all.before()) + 1.0 / Math.max(1, all.after());
      double hits = (double) (all.hitsBefore() + all.hitsAfter());
      double rate = hits / Math.max(1, all.before() + all.after());
      double deviation = Math.sqrt(Math.max(1e-12, rate * (1 - rate)) * units);
      return Math.abs(SliceSearch.change(all)) / deviation;
    }

    Map<String, Object> json() {
      var json = new LinkedHashMap<String, Object>();
      json.put("event", event);
      json.put("change", SliceSearch.change(all));
      json.put("deviations", size());
      put(json, all);
      return json;
    }
  }

  private static Map<String, Object> json(SliceFinding slice) {
    var json = new LinkedHashMap<String, Object>();
    json.put("feature", slice.count().feature());
    json.put("value", slice.count().value());
    json.put("explained", slice.explained());
    json.put("size", slice.size());
    json.put("byRate", slice.byRate());
    json.put("byShare", slice.byShare());
    json.put("extraRate", json(slice.extraRate()));
    json.put("shareChange", json(slice.shareChange()));
    json.put("shown", slice.shown());
    put(json, slice.count());
    return json;
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
