package dev.weir.monitor.watch;

import dev.weir.monitor.alert.Finding;
import dev.weir.platform.http.HttpServer;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code GET /api/v1/drift?route=&version=}: what the standing watch knows. */
public final class WatchRoutes {
  private final StandingWatch watch;

  /** Shows a watch. */
  public WatchRoutes(StandingWatch watch) {
    this.watch = watch;
  }

  /** Adds them. */
  public void addTo(HttpRouting.Builder routes) {
    routes.get("/api/v1/drift", this::drift);
  }

  private void drift(ServerRequest request, ServerResponse response) {
    String route = request.query().first("route").orElse("");
    String version = request.query().first("version").orElse("");
    HttpServer.send(
        response,
        Status.OK_200,
        watch
            .views(key ->
                (route.isEmpty() || key.route().equals(route))
                    && (version.isEmpty() || key.version().equals(version)))
            .stream()
            .map(WatchRoutes::json)
            .toList());
  }

  private static Map<String, Object> json(VersionView view) {
    var json = new LinkedHashMap<String, Object>();
    json.put("route", view.route());
    json.put("model", view.model());
    json.put("version", view.version());
    VersionView.Comparison comparison = view.comparison();
    json.put("comparedWith", comparison.baseline().word());
    json.put("referenceRows", comparison.rows());
    if (comparison.sinceMillis() != 0) {
      json.put("referenceSinceMillis", comparison.sinceMillis());
    }
    comparison.collecting().ifPresent(rows -> json.put("collectingRows", rows));
    json.put("rows", view.rows());
    json.put("lateRows", view.lateRows());
    json.put("logThreshold", view.logThreshold());
    view.joint().ifPresent(joint -> json.put("joint", json(joint)));
    view.discovery().ifPresent(discovery -> json.put("discovery", json(discovery)));
    view.requestIds()
        .ifPresent(ids ->
            json.put(
                "requestIds",
                Map.of(
                    "requests", ids.requests(),
                    "repeated", ids.repeated(),
                    "alarms", ids.alarms().stream().map(WatchRoutes::json).toList())));
    json.put("features", view.features().stream().map(WatchRoutes::json).toList());
    return json;
  }

  private static Map<String, Object> json(VersionView.Feature feature) {
    var json = new LinkedHashMap<String, Object>();
    json.put("name", feature.name());
    json.put("numeric", feature.numeric());
    json.put("values", feature.values());
    put(json, "logEvidence", feature.logEvidence());
    json.put("alarms", feature.alarms().stream().map(WatchRoutes::json).toList());
    feature.panel().ifPresent(panel -> json.put("panel", json(panel)));
    feature
        .histogram()
        .ifPresent(histogram ->
            json.put(
                "histogram",
                Map.of(
                    "names", histogram.names(),
                    "reference", histogram.reference(),
                    "live", histogram.live())));
    var windows = new ArrayList<Map<String, Object>>();
    for (PanelWindows.WindowPanel window : feature.windows()) {
      var each = new LinkedHashMap<String, Object>();
      each.put("startMillis", window.startMillis());
      each.put("endMillis", window.endMillis());
      each.putAll(json(window.panel()));
      windows.add(each);
    }
    json.put("windows", windows);
    return json;
  }

  private static Map<String, Object> json(Discovery discovery) {
    return Map.of(
        "atMillis", discovery.at().toEpochMilli(),
        "named",
            discovery.named().stream()
                .map(named ->
                    Map.of(
                        "feature", named.feature(),
                        "kind", named.alarm().kind(),
                        "alarmed", named.hasAlarmed()))
                .toList());
  }

  private static Map<String, Object> json(JointWatch.Panel joint) {
    return Map.of(
        "frozenMillis", joint.frozenMillis(),
        "startMillis", joint.startMillis(),
        "rows", joint.rows(),
        "columns", joint.columns(),
        "area", joint.area(),
        "areaP", joint.areaP(),
        "meanDiscrepancy", joint.meanDiscrepancy());
  }

  private static Map<String, Object> json(Finding finding) {
    return Map.of(
        "kind", finding.kind(),
        "summary", finding.summary(),
        "sinceMillis", finding.since().toEpochMilli());
  }

  private static Map<String, Object> json(Panel panel) {
    var json = new LinkedHashMap<String, Object>();
    json.put("rows", panel.rows());
    put(json, "ks", panel.kolmogorovSmirnov());
    put(json, "ksP", panel.kolmogorovSmirnovP());
    put(json, "psi", panel.stabilityIndex());
    put(json, "jensenShannon", panel.jensenShannon());
    put(json, "hellinger", panel.hellinger());
    put(json, "largestDifference", panel.largestDifference());
    put(json, "chiSquareP", panel.chiSquareP());
    put(json, "wasserstein", panel.wasserstein());
    return json;
  }

  /** What is no finite number is left out: JSON has none. */
  private static void put(Map<String, Object> json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }
}
