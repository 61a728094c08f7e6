package dev.weir.monitor.alert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks for a retraining when an alert of one of the kinds that call for one fires: once per alert,
 * and at most once per model and version in {@code retrain-every}, however many of its features
 * drift. That time begins anew when the monitor does. Thread-safe.
 */
final class Retraining implements AlertListener {
  private static final int MAX_VERSIONS = 1_000;

  private final AlertConfig config;
  private final List<AlertListener> receivers;
  private final Clock clock;

  @GuardedBy("this")
  private final LinkedHashMap<String, Instant> asked = new LinkedHashMap<>();

  /** Asks {@code receivers}. */
  Retraining(AlertConfig config, List<AlertListener> receivers, Clock clock) {
    this.config = config;
    this.receivers = List.copyOf(receivers);
    this.clock = clock;
  }

  @Override
  public void fires(Alert alert) {
    if (config.retrainOn().contains(alert.finding().kind()) && isDue(alert)) {
      receivers.forEach(receiver -> receiver.tell(AlertGroup.of(alert)));
    }
  }

  private synchronized boolean isDue(Alert alert) {
    Map<String, String> labels = alert.finding().labels();
    String version = labels.getOrDefault("model", "") + "/" + labels.getOrDefault("version", "");
    Instant now = clock.now();
    Instant last = asked.get(version);
    if (last != null && now.isBefore(last.plus(config.retrainEvery()))) {
      return false;
    }
    asked.remove(version);
    asked.put(version, now);
    if (asked.size() > MAX_VERSIONS) {
      asked.pollFirstEntry();
    }
    return true;
  }
}
