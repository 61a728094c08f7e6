package dev.weir.monitor.alert;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Alerts as JSON, for the API and the file; what webhooks get is {@link AlertMessage}. Pure. */
final class AlertJson {
  private AlertJson() {}

  static Map<String, Object> of(Alert alert) {
    Finding finding = alert.finding();
    var json = new LinkedHashMap<String, Object>();
    json.put("id", alert.id());
    json.put("kind", finding.kind());
    json.put("labels", finding.labels());
    json.put("severity", finding.severity().name());
    json.put("state", alert.state().name());
    json.put("summary", finding.summary());
    json.put("group", alert.group());
    json.put("runbook", alert.runbook());
    json.put("sinceMillis", finding.since().toEpochMilli());
    json.put("pendingSinceMillis", alert.pendingSince().toEpochMilli());
    put(json, "firingSinceMillis", alert.firingSince());
    json.put("lastSeenMillis", alert.lastSeen().toEpochMilli());
    put(json, "quietSinceMillis", alert.quietSince());
    put(json, "resolvedAtMillis", alert.resolvedAt());
    json.put("acknowledgedBy", alert.acknowledgedBy());
    json.put("acknowledgement", alert.acknowledgement());
    var figures = new LinkedHashMap<String, Object>();
    finding
        .figures()
        .forEach((name, value) -> {
          if (Double.isFinite(value)) {
            figures.put(name, value);
          }
        });
    json.put("figures", figures);
    json.put("traceIds", finding.traceIds());
    json.put("requestIds", finding.requestIds());
    return json;
  }

  static Map<String, Object> of(Silence silence) {
    return Map.of(
        "id", silence.id(),
        "matchers", silence.matchers(),
        "untilMillis", silence.until().toEpochMilli(),
        "by", silence.by(),
        "comment", silence.comment());
  }

  private static void put(Map<String, Object> json, String name, @Nullable Instant at) {
    if (at != null) {
      json.put(name, at.toEpochMilli());
    }
  }
}
