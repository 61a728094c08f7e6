package dev.weir.monitor.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.alert.Finding;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.alert.Severity;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Watches live versions by their labels: concept drift, calibration, and by predictions alone
 * whether groups are treated alike. {@link #look} is to be called about once a second. Thread-safe.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'L' · uint16 n, n x (text route, text model, text version, uint32 length,
 *   labels of the version)
 * </pre>
 */
public final class LabelWatch implements WatchState {
  /** More predictions are wrong than when the version was made. */
  public static final String ERROR_RATE_DRIFT = "ErrorRateDrift";

  /** Confidences are not the shares that are right. */
  public static final String CALIBRATION_DRIFT = "CalibrationDrift";

  /** A group gets the favourable class more or less often than all others. */
  public static final String GROUP_DISPARITY = "GroupDisparity";

  private static final byte KIND = 'L';
  private static final int VERSION = 1;

  /** Odds of a thousand to one, whenever one looks. */
  private static final double LOG_ONE_LOOK_EVER = Math.log(1_000);

  private final WatchConfig config;
  private final IntakeCounts counts;
  private final Findings findings;
  private final Clock clock;

  @GuardedBy("this")
  private Map<String, ModelVersion> versions = new HashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<VersionKey, VersionLabels> watches =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Versions that the registry has not told of: they begin anew, with their card, when it does. */
  @GuardedBy("this")
  private final Set<VersionKey> untold = new HashSet<>();

  /** Saved states of versions that nothing was heard of since the start. */
  @GuardedBy("this")
  private final Map<VersionKey, byte[]> restored = new LinkedHashMap<>();

  /** Alarms that are on, with when they were last raised. */
  @GuardedBy("this")
  private final Map<Finding, Instant> raised = new HashMap<>();

  /** Watches nothing yet. */
  public LabelWatch(WatchConfig config, IntakeCounts counts, Findings findings, Clock clock) {
    this.config = config;
    this.counts = counts;
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
    boolean isTold = versions.containsKey(id(key));
    if (isTold && untold.remove(key)) {
      watches.remove(key);
    }
    VersionLabels known = watches.get(key);
    if (known == null) {
      if (!isTold) {
        untold.add(key);
      }
      known =
          (isTold ? restored(key) : Optional.<VersionLabels>empty()).orElseGet(() -> begin(key));
      watches.put(key, known);
      if (watches.size() > config.maxVersions()) {
        untold.remove(watches.firstEntry().getKey());
        watches.pollFirstEntry();
        counts.add(IntakeEvent.WATCHED_VERSIONS_FORGOTTEN);
      }
    }
    return known;
  }

  private static String id(VersionKey key) {
    return key.model() + "/" + key.version();
  }

  @GuardedBy("this")
  private VersionLabels begin(VersionKey key) {
    return new VersionLabels(
        versions.getOrDefault(id(key), ModelVersion.getDefaultInstance()),
        config.toleratedGap(),
        config.toleratedCalibration());
  }

  @GuardedBy("this")
  private Optional<VersionLabels> restored(VersionKey key) {
    byte[] state = restored.remove(key);
    if (state == null) {
      return Optional.empty();
    }
    try {
      VersionLabels labels = begin(key);
      labels.restore(state);
      return Optional.of(labels);
    } catch (IllegalArgumentException damaged) {
      counts.add(IntakeEvent.WATCH_STATES_REFUSED);
      return Optional.empty();
    }
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
                  "the confidences of %s version %s are not the shares that are right: in a tenth of them more than %.2f apart, %.3f on average",
                  key.model(),
                  key.version(),
                  config.toleratedCalibration(),
                  error),
              Map.of("expected_calibration_error", error),
              now),
          now);
    }
    for (GroupWatch.Group group : labels.groups()) {
      for (GroupTests.Criterion criterion : GroupTests.Criterion.values()) {
        if (group.tests().hasEnough(criterion)
            && group.tests().logEvidence(criterion) >= LOG_ONE_LOOK_EVER) {
          disparity(key, group, criterion, now);
        }
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
  private void disparity(
      VersionKey key, GroupWatch.Group group, GroupTests.Criterion criterion, Instant now) {
    var about = new HashMap<>(key.labels());
    about.put("feature", group.feature());
    about.put("group", group.group());
    about.put("criterion", criterion.word());
    raise(
        finding(
            GROUP_DISPARITY,
            about,
            Severity.WARNING,
            group.words(criterion, key.model() + " version " + key.version()),
            group.figures(criterion),
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

  @Override
  public synchronized byte[] image() {
    var states = new LinkedHashMap<>(restored);
    watches.forEach((key, labels) -> {
      if (!untold.contains(key)) {
        states.put(key, labels.toBytes());
      }
    });
    while (states.size() > config.maxVersions()) {
      states.pollFirstEntry();
    }
    var out = new StateWriter(VERSION, KIND).uint16(states.size());
    states.forEach(
        (key, state) -> out.text(key.route()).text(key.model()).text(key.version()).bytes(state));
    return out.toBytes();
  }

  @Override
  public void restore(byte[] image) {
    var in = new StateReader("label watch", VERSION, KIND, image);
    var read = new LinkedHashMap<VersionKey, byte[]>();
    int size = in.uint16();
    for (int i = 0; i < size; i++) {
      read.put(new VersionKey(in.text(), in.text(), in.text()), in.bytes());
    }
    in.end();
    synchronized (this) {
      restored.putAll(read);
    }
  }
}
