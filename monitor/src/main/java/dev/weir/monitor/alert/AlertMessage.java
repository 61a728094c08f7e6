package dev.weir.monitor.alert;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** What each form of webhook is sent about a group of alerts. Pure. */
final class AlertMessage {
  /** Alerts that a message names one by one; Alertmanager alone gets all. */
  static final int MAX_ALERTS = 50;

  private static final int MAX_LINES = 10;
  private static final int MAX_DEDUP_KEY = 255;
  private static final int MAX_SUMMARY = 1_024;

  private AlertMessage() {}

  static Object of(Webhook webhook, AlertGroup group, String instance) {
    return switch (webhook.form()) {
      case GENERIC -> generic(group, instance);
      case SLACK -> slack(group, instance);
      case PAGERDUTY ->
          pagerDuty(webhook.key(), group, instance, group.isOver() ? "resolve" : "trigger");
      case ALERTMANAGER ->
          group.alerts().stream().map(alert -> alertmanager(alert, instance)).toList();
    };
  }

  private static Map<String, Object> generic(AlertGroup group, String instance) {
    var json = new LinkedHashMap<String, Object>();
    json.put("monitor", instance);
    json.put("group", group.key());
    json.put("severity", group.severity().name());
    json.put("over", group.isOver());
    json.putAll(listed(group));
    return json;
  }

  private static Map<String, Object> listed(AlertGroup group) {
    List<Alert> all = group.alerts();
    var json = new LinkedHashMap<String, Object>();
    json.put("alerts", all.stream().limit(MAX_ALERTS).map(AlertJson::of).toList());
    json.put("omitted", Math.max(0, all.size() - MAX_ALERTS));
    json.put("silenced", group.silenced());
    return json;
  }

  private static boolean isOver(Alert alert) {
    return alert.state() == AlertState.RESOLVED;
  }

  private static Map<String, Object> slack(AlertGroup group, String instance) {
    List<Alert> all = group.alerts();
    if (all.size() == 1) {
      return Map.of(
          "text", line(all.getFirst()) + " (" + escaped(instance) + ", " + runbook(all) + ")");
    }
    var text = new StringBuilder();
    text.append(
        "[%s] %s (%s)"
            .formatted(
                group.isOver() ? "RESOLVED" : group.severity().name(),
                escaped(summary(group)),
                escaped(instance)));
    all.stream().limit(MAX_LINES).forEach(alert -> text.append("\n• ").append(line(alert)));
    if (all.size() > MAX_LINES) {
      text.append("\n• and ").append(all.size() - MAX_LINES).append(" more");
    }
    return Map.of("text", text.toString());
  }

  private static String runbook(List<Alert> alerts) {
    return alerts.getFirst().runbook();
  }

  private static String line(Alert alert) {
    return "[%s] %s: %s"
        .formatted(
            isOver(alert) ? "RESOLVED" : alert.finding().severity().name(),
            alert.finding().kind(),
            escaped(alert.finding().summary()));
  }

  /** One line for people. */
  private static String summary(AlertGroup group) {
    List<Alert> all = group.alerts();
    if (all.size() == 1) {
      return all.getFirst().finding().summary();
    }
    var words = new StringBuilder(group.key().strip());
    words.append(words.isEmpty() ? "" : ": ").append(group.firing().size()).append(" firing");
    if (!group.over().isEmpty()) {
      words.append(", ").append(group.over().size()).append(" over");
    }
    if (group.silenced() > 0) {
      words.append(", ").append(group.silenced()).append(" silenced");
    }
    all.stream()
        .findFirst()
        .ifPresent(worst ->
            words
                .append("; ")
                .append(worst.finding().kind())
                .append(": ")
                .append(worst.finding().summary()));
    return words.toString();
  }

  /** Slack's three characters. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** One incident for a group, which PagerDuty recognises by its key. */
  private static Map<String, Object> pagerDuty(
      String key, AlertGroup group, String instance, String action) {
    var event = new LinkedHashMap<String, Object>();
    event.put("routing_key", key);
    event.put("event_action", action);
    event.put("dedup_key", dedupKey(group, instance));
    String summary = summary(group);
    event.put(
        "payload",
        Map.of(
            "summary", summary.substring(0, Math.min(MAX_SUMMARY, summary.length())),
            "source", instance,
            "severity",
                switch (group.severity()) {
                  case INFO -> "info";
                  case WARNING -> "warning";
                  case CRITICAL -> "critical";
                },
            "component", group.key(),
            "class", group.alerts().stream().map(a -> a.finding().kind()).findFirst().orElse(""),
            "custom_details", listed(group)));
    return event;
  }

  private static String dedupKey(AlertGroup group, String instance) {
    String key = "weir/" + instance + "/" + group.key();
    return key.length() <= MAX_DEDUP_KEY
        ? key
        : "weir/" + UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells PagerDuty that somebody has it. */
  static Map<String, Object> acknowledgement(String key, AlertGroup group, String instance) {
    return pagerDuty(key, group, instance, "acknowledge");
  }

  static Map<String, Object> alertmanager(Alert alert, String instance) {
    var labels = new LinkedHashMap<String, String>(alert.finding().labels());
    labels.put("alertname", alert.finding().kind());
    labels.put("severity", alert.finding().severity().name().toLowerCase(Locale.ROOT));
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
