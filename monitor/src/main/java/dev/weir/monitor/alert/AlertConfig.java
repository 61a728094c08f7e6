package dev.weir.monitor.alert;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** When people are told, and where. */
public record AlertConfig(
    @Setting("How long a finding must go on before people are told, 0s to 1d.") Duration pendingFor,
    @Setting("How long it must be quiet before it is called over, 0s to 7d.") Duration quietFor,
    @Setting(
            "How long after its last word a finding is taken for quiet, 1s to 1d: whoever found it may be gone.")
        Duration staleAfter,
    @Setting("How often people are told again of what goes on and nobody acknowledged, 1m to 30d.")
        Duration repeatEvery,
    @Setting(
            "Labels whose alerts are told together when they are equal, 0 to 8; kind and severity stand for the alert's own; none: all are told together.")
        List<String> groupBy,
    @Setting("How long a new group waits for alerts that join its first message, 0s to 1h.")
        Duration groupWait,
    @Setting("Shortest time between two messages about a group that say something new, 1s to 1d.")
        Duration groupInterval,
    @Setting("Alerts kept, those that are over included, 10 to 100000.") int maxAlerts,
    @Setting("Silences kept, 1 to 10000.") int maxSilences,
    @Setting(
            "Where alerts are sent, each \"form url\": generic, slack, pagerduty or alertmanager, and an http(s) address; pagerduty wants its routing key before the address, separated by a blank.")
        List<String> webhooks,
    @Setting(
            "Messages that wait to be sent to one webhook, 1 to 100000; more are dropped and counted.")
        int maxWaitingMessages,
    @Setting("Tries of one message, 1 to 20, the waits between them doubling from one second.")
        int attempts,
    @Setting("Time that a webhook gets to answer, 10ms to 1m.") Duration timeout,
    @Setting(
            "Least severity that pauses the rollout under way on the alert's route: CRITICAL, WARNING, INFO or NEVER.")
        String pauseRolloutAt,
    @Setting(
            "Least severity that ends the rollout under way on the alert's route and takes all traffic off its canary: CRITICAL, WARNING, INFO or NEVER.")
        String abortRolloutAt,
    @Setting(
            "Least severity that sends all requests of the alert's route to its fallback, unless the alert is about a rollout or its canary: CRITICAL, WARNING, INFO or NEVER.")
        String fallbackAt,
    @Setting(
            "How long a route that somebody restored is not sent to its fallback again by an alert, 0s to 30d.")
        Duration fallbackRest,
    @Setting(
            "Where a retraining is asked for, each \"form url\" as in webhooks; it gets the alert.")
        List<String> retrainWebhooks,
    @Setting("Kinds of alerts that ask for a retraining.") List<String> retrainOn,
    @Setting("Time between two requests to retrain one version, 1m to 90d.") Duration retrainEvery,
    @Setting(
            "Share of samples, or of outcome slices, that may be lost within a minute before there is an alert, 0 to 1.")
        double toleratedLoss) {
  public AlertConfig {
    Check.inRange("pendingFor", pendingFor, Duration.ZERO, Duration.ofDays(1));
    Check.inRange("quietFor", quietFor, Duration.ZERO, Duration.ofDays(7));
    Check.inRange("staleAfter", staleAfter, Duration.ofSeconds(1), Duration.ofDays(1));
    Check.inRange("repeatEvery", repeatEvery, Duration.ofMinutes(1), Duration.ofDays(30));
    groupBy = List.copyOf(groupBy);
    Check.inRange("groupBy count", groupBy.size(), 0, 8);
    groupBy.forEach(AlertConfig::label);
    Check.inRange("groupWait", groupWait, Duration.ZERO, Duration.ofHours(1));
    Check.inRange("groupInterval", groupInterval, Duration.ofSeconds(1), Duration.ofDays(1));
    Check.inRange("maxAlerts", maxAlerts, 10, 100_000);
    Check.inRange("maxSilences", maxSilences, 1, 10_000);
    webhooks = List.copyOf(webhooks);
    webhooks.forEach(Webhook::parse);
    Check.inRange("maxWaitingMessages", maxWaitingMessages, 1, 100_000);
    Check.inRange("attempts", attempts, 1, 20);
    Check.inRange("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    level("pauseRolloutAt", pauseRolloutAt);
    level("abortRolloutAt", abortRolloutAt);
    level("fallbackAt", fallbackAt);
    Check.inRange("fallbackRest", fallbackRest, Duration.ZERO, Duration.ofDays(30));
    retrainWebhooks = List.copyOf(retrainWebhooks);
    retrainWebhooks.forEach(Webhook::parse);
    retrainOn = List.copyOf(retrainOn);
    retrainOn.forEach(AlertConfig::kind);
    Check.inRange("retrainEvery", retrainEvery, Duration.ofMinutes(1), Duration.ofDays(90));
    Check.inRange("toleratedLoss", toleratedLoss, 0, 1);
  }

  private static void level(String name, String word) {
    if (!List.of("NEVER", "INFO", "WARNING", "CRITICAL").contains(word)) {
      throw new InvalidValueException(name, word, "CRITICAL, WARNING, INFO or NEVER");
    }
  }

  private static void label(String word) {
    if (!word.matches("[A-Za-z_][A-Za-z0-9_]{0,63}")) {
      throw new InvalidValueException(
          "groupBy", word, "a label: 1 to 64 letters, digits and _, the first no digit");
    }
  }

  private static void kind(String word) {
    if (!Finding.isKind(word)) {
      throw new InvalidValueException("retrainOn", word, Finding.KIND_RULE);
    }
  }

  /**
   * Fires after 10 s, is told 10 s later with what else its route, model and severity have, over
   * after a minute of quiet, told again each four hours, sent nowhere.
   */
  public static AlertConfig defaults() {
    return new AlertConfig(
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofHours(4),
        List.of("route", "model", "severity"),
        Duration.ofSeconds(10),
        Duration.ofMinutes(5),
        1_000,
        200,
        List.of(),
        1_000,
        6,
        Duration.ofSeconds(5),
        "NEVER",
        "NEVER",
        "NEVER",
        Duration.ofMinutes(30),
        List.of(),
        List.of("FeatureDrift", "PredictionDrift"),
        Duration.ofDays(1),
        0.01);
  }

  /** The group that an alert with this finding belongs to. */
  String group(Finding finding) {
    return groupBy.stream()
        .map(label ->
            switch (label) {
              case "kind" -> finding.kind();
              case "severity" -> finding.severity().name();
              default -> finding.labels().getOrDefault(label, "");
            })
        .collect(Collectors.joining(" "));
  }

  /** Whether an action that is due from {@code level} on is due at this severity. */
  static boolean isDue(String level, Severity severity) {
    return !level.equals("NEVER") && severity.compareTo(Severity.valueOf(level)) >= 0;
  }
}
