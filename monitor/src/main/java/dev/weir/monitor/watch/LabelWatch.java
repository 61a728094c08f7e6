package dev.weir.monitor.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.alert.Severity;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Watches live versions by their labels: concept drift, calibration, and by predictions alone
 * whether groups are treated alike. {@link #look} is to be called about once a second. Thread-safe;
 * what it knows is in memory, and begins anew with the process.
 */
public final class LabelWatch {
  /** More predictions are wrong than when the version was made. */
  public static final String ERROR_RATE_DRIFT = "ErrorRateDrift";

  /** Confidences are not the shares that are right. */
  public static final String CALIBRATION_DRIFT = "CalibrationDrift";

  /** A group gets the favourable class more or less often than all others. */
  public static final String GROUP_DISPARITY = "GroupDisparity";

  /** Odds of a thousand to one, whenever one looks. */
  private static final double LOG_ONE_LOOK_EVER = Math.log(1_000);

  private final WatchConfig config;
  private final Findings findings;
  private final Clock clock;

  @GuardedBy("this")
  private Map<String, ModelVersion> versions = new HashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<VersionKey, VersionLabels> watches =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Alarms that are on, with when they were last raised. */
  @GuardedBy("this")
  private final Map<Finding, Instant> raised = new HashMap<>();

  /** Watches nothing yet. */
  public LabelWatch(WatchConfig config, Findings findings, Clock clock) {
    this.config = config;
    this.findings = findings;
    this.clock = clock;
  }

  /** Takes the versions' cards and policies. */
  public void follow(Snapshot snapshot) {
    var newest = new HashMap<String, ModelVersion>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      newest.put(version.getModel() + "/" + version.getVersion(), version);
    }
    synchronized (this) {
      versions = newest;
    }
  }

  /** Takes a closed slice of samples. */
  public synchronized void samples(List<Sample> slice) {
    if (config.enabled()) {
      for (Sample sample : slice) {
        of(VersionKey.of(sample)).predicted(sample);
      }
    }
  }

  /** Takes labels that found their prediction, each once. */
  public synchronized void labels(List<LabelledPrediction> labelled) {
    if (config.enabled()) {
      Instant now = clock.now();
      for (LabelledPrediction each : labelled) {
        of(VersionKey.of(each.sample())).labelled(each, now);
      }
    }
  }

  @GuardedBy("this")
  private VersionLabels of(VersionKey key) {
    VersionLabels known = watches.get(key);
    if (known == null) {
      known =
          new VersionLabels(
              versions.getOrDefault(
                  key.model() + "/" + key.version(), ModelVersion.getDefaultInstance()),
              config.toleratedGap());
      watches.put(key, known);
      if (watches.size() > config.maxVersions()) {
        watches.pollFirstEntry();
      }
    }
    return known;
  }

  /** Tells what is found, again while it goes on. */
  public synchronized void look() {
    Instant now = clock.now();
    watches.forEach((key, labels) -> look(key, labels, now));
    raised
        .entrySet()
        .removeIf(alarm -> {
          boolean over = alarm.getValue().plus(config.quietAfter()).isBefore(now);
          if (over) {
            findings.quiet(alarm.getKey().identity());
          } else {
            findings.firing(alarm.getKey());
          }
          return over;
        });
  }

  @GuardedBy("this")
  private void look(VersionKey key, VersionLabels labels, Instant now) {
    labels
        .errors()
        .filter(errors -> errors.logEvidence() >= Math.log(config.labelRunLength()))
        .ifPresent(errors -> errorRate(key, labels, errors, now));
    if (labels.calibration().logEvidence() >= LOG_ONE_LOOK_EVER) {
      double error = labels.calibration().expectedCalibrationError();
      raise(
          finding(
              CALIBRATION_DRIFT,
              key.labels(),
              Severity.WARNING,
              String.format(
                  Locale.ROOT,
                  "the confidences of %s version %s are not the shares that are right: they are %.3f apart on average",
                  key.model(),
                  key.version(),
                  error),
              Map.of("expected_calibration_error", error),
              now),
          now);
    }
    for (GroupWatch.Group group : labels.groups()) {
      if (group.test().hasEnough() && group.test().logEvidence() >= LOG_ONE_LOOK_EVER) {
        disparity(key, group, now);
      }
    }
  }

  @GuardedBy("this")
  private void errorRate(VersionKey key, VersionLabels labels, RateDetector errors, Instant now) {
    double rate = (double) errors.hits() / errors.observations();
    raise(
        finding(
            ERROR_RATE_DRIFT,
            key.labels(),
            Severity.CRITICAL,
            String.format(
                Locale.ROOT,
                "%s version %s is wrong more often than it was: %.1f %% of the last %,d labels, at most %.1f %% was expected",
                key.model(),
                key.version(),
                100 * rate,
                errors.observations(),
                100 * labels.bound()),
            Map.of("error_rate", rate, "bound", labels.bound()),
            now),
        now);
    errors.restart();
  }

  @GuardedBy("this")
  private void disparity(VersionKey key, GroupWatch.Group group, Instant now) {
    var about = new HashMap<>(key.labels());
    about.put("feature", group.feature());
    about.put("group", group.group());
    raise(
        finding(
            GROUP_DISPARITY,
            about,
            Severity.WARNING,
            String.format(
                Locale.ROOT,
                "%s %s gets the favourable class of %s version %s in %.1f %% of %,d, all others in %.1f %% of %,d",
                group.feature(),
                group.group(),
                key.model(),
                key.version(),
                100 * group.test().rate(true),
                group.test().units(true),
                100 * group.test().rate(false),
                group.test().units(false)),
            Map.of(
                "rate", group.test().rate(true),
                "rate_of_others", group.test().rate(false)),
            now),
        now);
  }

  @GuardedBy("this")
  private Finding finding(
      String kind,
      Map<String, String> about,
      Severity severity,
      String summary,
      Map<String, Double> figures,
      Instant now) {
    var identity = new Finding.Identity(kind, about);
    Instant since =
        raised.keySet().stream()
            .filter(before -> before.identity().equals(identity))
            .map(Finding::since)
            .findFirst()
            .orElse(now);
    return Finding.of(kind, about, severity, summary, since, figures);
  }

  @GuardedBy("this")
  private void raise(Finding finding, Instant now) {
    raised.keySet().removeIf(before -> before.identity().equals(finding.identity()));
    raised.put(finding, now);
  }

  /** Shows each version to {@code reader}, which must not keep it. */
  synchronized void read(BiConsumer<VersionKey, VersionLabels> reader) {
    watches.forEach(reader);
  }
}
