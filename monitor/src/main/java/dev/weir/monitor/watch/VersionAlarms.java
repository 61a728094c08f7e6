package dev.weir.monitor.watch;

import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.alert.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Alarms about one version that are on. Single writer. */
final class VersionAlarms {
  private final VersionKey key;
  private final Map<Finding.Identity, Active> active = new LinkedHashMap<>();

  private record Active(Finding finding, Instant last) {}

  VersionAlarms(VersionKey key) {
    this.key = key;
  }

  /** Raises an alarm, or raises it again. */
  void raise(
      Baseline baseline,
      String feature,
      Alarm alarm,
      String words,
      Map<String, Double> figures,
      Findings findings,
      Instant now) {
    Map<String, String> labels = labels(baseline, feature);
    var identity = new Finding.Identity(alarm.kind(), labels);
    Active before = active.get(identity);
    Finding finding =
        Finding.of(
            alarm.kind(),
            labels,
            Severity.WARNING,
            "%s of %s version %s: %s".formatted(feature, key.model(), key.version(), words),
            before == null ? now : before.finding().since(),
            figures);
    active.put(identity, new Active(finding, now));
    findings.firing(finding);
  }

  /**
   * Tells again what is on, and ends what has been quiet.
   *
   * @param quietAfter how long after it was last raised
   */
  void look(Duration quietAfter, Findings findings, Instant now) {
    Iterator<Map.Entry<Finding.Identity, Active>> alarms = active.entrySet().iterator();
    while (alarms.hasNext()) {
      Map.Entry<Finding.Identity, Active> alarm = alarms.next();
      if (alarm.getValue().last().plus(quietAfter).isBefore(now)) {
        alarms.remove();
        findings.quiet(alarm.getKey());
      } else {
        findings.firing(alarm.getValue().finding());
      }
    }
  }

  /**
   * What an alarm is about; that of a comparison with the reference, or of request ids, does not
   * say with what.
   */
  private Map<String, String> labels(Baseline baseline, String feature) {
    var labels = new HashMap<>(key.labels());
    labels.put("feature", feature);
    if (baseline != Baseline.REFERENCE && !feature.equals(RequestIdWatch.NAME)) {
      labels.put("compared_with", baseline.word());
    }
    return labels;
  }

  /** Those about a feature in a comparison. */
  List<Finding> about(Baseline baseline, String feature) {
    Map<String, String> labels = labels(baseline, feature);
    return active.values().stream()
        .map(Active::finding)
        .filter(finding -> finding.labels().equals(labels))
        .toList();
  }

  int size() {
    return active.size();
  }
}
