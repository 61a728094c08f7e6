package dev.weir.monitor.watch;

import dev.weir.platform.http.HttpServer;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET /api/v1/labels?route=&version=}: what labels say about live versions. */
public final class LabelRoutes {
  private final LabelWatch watch;

  /** Shows a watch. */
  public LabelRoutes(LabelWatch watch) {
    this.watch = watch;
  }

  /** Adds them. */
  public void addTo(HttpRouting.Builder routes) {
    routes.get("/api/v1/labels", this::labels);
  }

  private void labels(ServerRequest request, ServerResponse response) {
    String route = request.query().first("route").orElse("");
    String version = request.query().first("version").orElse("");
    List<Map<String, Object>> all = new ArrayList<>();
    watch.read((key, labels) -> {
      if ((route.isEmpty() || key.route().equals(route))
          && (version.isEmpty() || key.version().equals(version))) {
        all.add(json(key, labels));
      }
    });
    HttpServer.send(response, Status.OK_200, all);
  }

  private static Map<String, Object> json(VersionKey key, VersionLabels labels) {
    var json = new LinkedHashMap<String, Object>();
    json.put("route", key.route());
    json.put("model", key.model());
    json.put("version", key.version());
    json.put("labels", labels.labels());
    labels.coverage().ifPresent(coverage -> json.put("coverage", coverage));
    labels
        .accuracy()
        .ifPresent(accuracy -> {
          json.put("accuracy", accuracy[0]);
          json.put("accuracyLow", Math.max(0, accuracy[1]));
          json.put("accuracyHigh", Math.min(1, accuracy[2]));
        });
    labels.estimatedAccuracy().ifPresent(accuracy -> json.put("estimatedAccuracy", accuracy));
    if (labels.labels() > 0) {
      json.put("delayP50Seconds", labels.delays().quantile(0.5));
      json.put("delayP99Seconds", labels.delays().quantile(0.99));
      put(json, "expectedCalibrationError", labels.calibration().expectedCalibrationError());
      json.put("calibrationLogEvidence", labels.calibration().logEvidence());
    }
    labels
        .errors()
        .ifPresent(errors -> {
          json.put("errorBound", labels.bound());
          put(json, "errorLogEvidence", errors.logEvidence());
        });
    json.put("classicDrifts", labels.classics());
    json.put("groups", labels.groups().stream().map(LabelRoutes::json).toList());
    return json;
  }

  private static Map<String, Object> json(GroupWatch.Group group) {
    var json = new LinkedHashMap<String, Object>();
    json.put("feature", group.feature());
    json.put("group", group.group());
    json.put("units", group.test().units(true));
    json.put("enough", group.test().hasEnough());
    put(json, "rate", group.test().rate(true));
    put(json, "rateOfOthers", group.test().rate(false));
    json.put("logEvidence", group.test().logEvidence());
    return json;
  }

  private static void put(Map<String, Object> json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }
}
