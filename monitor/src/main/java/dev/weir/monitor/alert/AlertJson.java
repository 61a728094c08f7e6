package dev.weir.monitor.alert;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Alerts as JSON: for the API, the file and each form of webhook. Pure. */
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

  /** What a webhook is sent. */
  static Object message(Webhook webhook, Alert alert, String instance) {
    return switch (webhook.form()) {
      case GENERIC -> Map.of("monitor", instance, "alert", of(alert));
      case SLACK -> slack(alert, instance);
      case PAGERDUTY -> pagerDuty(webhook.key(), alert, instance);
      case ALERTMANAGER -> List.of(alertmanager(alert, instance));
    };
  }

  private static boolean isOver(Alert alert) {
    return alert.state() == AlertState.RESOLVED;
  }

  private static Map<String, Object> slack(Alert alert, String instance) {
    String head = isOver(alert) ? "RESOLVED" : alert.finding().severity().name();
    return Map.of(
        "text",
        "[%s] %s: %s (%s, %s)"
            .formatted(
                head,
                alert.finding().kind(),
                escaped(alert.finding().summary()),
                instance,
                alert.runbook()));
  }

  /** Slack's three characters. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static Map<String, Object> pagerDuty(String key, Alert alert, String instance) {
    var event = new LinkedHashMap<String, Object>();
    event.put("routing_key", key);
    event.put("event_action", isOver(alert) ? "resolve" : "trigger");
    event.put("dedup_key", alert.id());
    event.put(
        "payload",
        Map.of(
            "summary", alert.finding().summary(),
            "source", instance,
            "severity",
                switch (alert.finding().severity()) {
                  case INFO -> "info";
                  case WARNING -> "warning";
                  case CRITICAL -> "critical";
                },
            "component", alert.group(),
            "class", alert.finding().kind(),
            "custom_details", of(alert)));
    return event;
  }

  /** Tells PagerDuty that somebody has it. */
  static Map<String, Object> acknowledgement(String key, Alert alert, String instance) {
    Map<String, Object> event = pagerDuty(key, alert, instance);
    event.put("event_action", "acknowledge");
    return event;
  }

  static Map<String, Object> alertmanager(Alert alert, String instance) {
    var labels = new LinkedHashMap<String, String>(alert.finding().labels());
    labels.put("alertname", alert.finding().kind());
    labels.put("severity", alert.finding().severity().name().toLowerCase(java.util.Locale.ROOT));
    labels.put("instance", instance);
    labels.values().removeIf(String::isEmpty);
    var json = new LinkedHashMap<String, Object>();
    json.put("labels", labels);
    json.put(
        "annotations", Map.of("summary", alert.finding().summary(), "runbook", alert.runbook()));
    json.put("startsAt", alert.pendingSince().toString());
    Instant end = alert.resolvedAt();
    if (end != null) {
      json.put("endsAt", end.toString());
    }
    return json;
  }
}
