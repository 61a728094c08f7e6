package dev.weir.monitor.watch;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.alert.Findings;
import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.sketch.RecentIds;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A version of a route with all that it is compared with: the registry's reference or, when there
 * is none or the policy says so, a frozen window of its own; and by policy the same hour of the
 * week before. All of it together keeps the average run length. Single writer.
 */
final class LiveVersion {
  private static final byte KIND = 'Z';
  private static final int VERSION = 1;
  private static final String FROZEN_REFERENCE = "\u0001frozen reference";
  private static final long HOUR_SECONDS = 3_600;
  private static final long WEEK_MILLIS = 7 * 24 * HOUR_SECONDS * 1_000;

  private final VersionKey key;
  private final ModelVersion version;
  private final WatchConfig config;
  private final RandomGenerator random;
  private final VersionAlarms alarms;
  private final RequestIdWatch requestIds;
  private final boolean hasReference;
  private final Optional<VersionWatch> lastWeek;

  /** The first has the request ids. */
  private final Map<Baseline, VersionWatch> comparisons = new LinkedHashMap<>();

  /** Saved states of what last week's hour has not had yet. */
  private final Map<String, byte[]> waiting = new LinkedHashMap<>();

  private @Nullable FreezingWindow freezing;
  private @Nullable Reference frozen;
  private long frozenMillis;
  private long hour = Long.MIN_VALUE;

  /**
   * Nothing seen.
   *
   * @param recent remembers request ids of all versions
   */
  LiveVersion(
      VersionKey key,
      ModelVersion version,
      RecentIds recent,
      WatchConfig config,
      RandomGenerator random) {
    this.key = key;
    this.version = version;
    this.config = config;
    this.random = random;
    this.alarms = new VersionAlarms(key);
    this.requestIds = new RequestIdWatch(key, recent, config);
    this.hasReference =
        version.getReference().getFeaturesList().stream().anyMatch(LiveVersion::isUsable);
    Baseline first = hasReference ? Baseline.REFERENCE : Baseline.FROZEN;
    Reference reference = hasReference ? version.getReference() : Reference.getDefaultInstance();
    comparisons.put(
        first,
        VersionWatch.of(
            making(first),
            VersionView.Comparison.of(first, reference.getRows(), 0),
            reference,
            Optional.of(requestIds)));
    this.lastWeek =
        version.getMonitoring().getSeasonal()
            ? Optional.of(
                VersionWatch.ofDriftAlone(
                    making(Baseline.LAST_WEEK),
                    VersionView.Comparison.of(Baseline.LAST_WEEK, 0, 0),
                    seasonalFeatures().size()))
            : Optional.empty();
    lastWeek.ifPresent(watch -> comparisons.put(Baseline.LAST_WEEK, watch));
  }

  private static boolean isUsable(FeatureReference feature) {
    return feature.getQuantilesCount() >= 2 || feature.getCategoriesCount() > 0;
  }

  private VersionWatch.Making making(Baseline baseline) {
    int together =
        (hasReference ? 1 : 0)
            + (freezes() ? 1 : 0)
            + (version.getMonitoring().getSeasonal() ? 1 : 0);
    return new VersionWatch.Making(
        key, baseline, config.averageRunLength() * together, alarms, config, random);
  }

  private boolean freezes() {
    return !hasReference || version.getMonitoring().getFrozenReference();
  }

  VersionKey key() {
    return key;
  }

  /** Whether its own first rows are to be collected, and are not. */
  boolean wantsToFreeze() {
    return freezes() && frozen == null && freezing == null;
  }

  /** Whether they are being collected. */
  boolean isFreezing() {
    return freezing != null;
  }

  /** Collects them from now on. */
  void beginToFreeze(Instant now) {
    freezing = new FreezingWindow(config, now);
  }

  /** Takes a sample. */
  void observe(Sample sample, Findings findings, Instant now) {
    comparisons.forEach((baseline, watch) -> {
      if (baseline != Baseline.LAST_WEEK || hourOf(sample.getAt().getSeconds()) == hour) {
        watch.observe(sample, findings, now);
      }
    });
    FreezingWindow window = freezing;
    if (window != null) {
      window.observe(sample);
      if (window.isComplete(now)) {
        freezing = null;
        freeze(window.reference(), now.toEpochMilli());
      }
    }
  }

  private void freeze(Reference reference, long millis) {
    frozen = reference;
    frozenMillis = millis;
    VersionWatch first = comparisons.get(Baseline.REFERENCE);
    if (first != null) {
      first.describe(
          VersionView.Comparison.of(Baseline.REFERENCE, version.getReference().getRows(), 0));
    }
    comparisons.put(
        Baseline.FROZEN,
        VersionWatch.of(
            making(Baseline.FROZEN),
            VersionView.Comparison.of(Baseline.FROZEN, reference.getRows(), millis),
            reference,
            hasReference ? Optional.empty() : Optional.of(requestIds)));
  }

  private static long hourOf(long epochSecond) {
    return Math.floorDiv(epochSecond, HOUR_SECONDS);
  }

  /** Whether it is compared with last week, and not yet with what was in this hour. */
  boolean wantsHour(Instant now) {
    return lastWeek.isPresent() && hourOf(now.getEpochSecond()) != hour;
  }

  /** What is compared with the week before: name and index. */
  List<FeatureReference> seasonalFeatures() {
    var features = new ArrayList<FeatureReference>();
    version.getReference().getFeaturesList().stream()
        .filter(feature -> feature.getIndex() >= 0 && isUsable(feature))
        .limit(config.maxFeatures())
        .forEach(feature ->
            features.add(
                FeatureReference.newBuilder()
                    .setName(feature.getName())
                    .setIndex(feature.getIndex())
                    .build()));
    for (String output : List.of(VersionWatch.PREDICTION, VersionWatch.CONFIDENCE)) {
      features.add(FeatureReference.newBuilder().setName(output).setIndex(-1).build());
    }
    return features;
  }

  /**
   * Takes what was seen a week before the hour that is now.
   *
   * @param seen by {@link #seasonalFeatures}
   * @return saved states that fitted none of them
   */
  int takeHour(Map<FeatureReference, Sketch> seen, Instant now) {
    hour = hourOf(now.getEpochSecond());
    Map<FeatureReference, Long> references = LastWeekReferences.of(seen);
    int refused = 0;
    if (lastWeek.isPresent()) {
      for (FeatureWatch added : lastWeek.get().compareWith(references)) {
        byte[] state = waiting.remove(added.name());
        refused += state == null || restored(added, state) ? 0 : 1;
      }
      long rows = references.values().stream().mapToLong(Long::longValue).max().orElse(0);
      lastWeek
          .get()
          .describe(
              VersionView.Comparison.of(
                  Baseline.LAST_WEEK, rows, hour * HOUR_SECONDS * 1_000 - WEEK_MILLIS));
    }
    return refused;
  }

  /** Looks at the evidence. */
  void look(Findings findings, Instant now) {
    comparisons.values().forEach(watch -> watch.look(findings, now));
    alarms.look(config.quietAfter(), findings, now);
  }

  /** What is known, by comparison. */
  List<VersionView> views() {
    var views = new ArrayList<VersionView>();
    FreezingWindow window = freezing;
    if (window != null) {
      VersionWatch first = comparisons.values().iterator().next();
      first.describe(
          new VersionView.Comparison(
              hasReference ? Baseline.REFERENCE : Baseline.FROZEN,
              hasReference ? version.getReference().getRows() : 0,
              0,
              OptionalInt.of(window.rows())));
    }
    comparisons.values().forEach(watch -> views.add(watch.view()));
    return views;
  }

  /** Where the detectors of each comparison stand. */
  List<DriftEvidence> evidence() {
    return comparisons.values().stream().map(VersionWatch::evidence).toList();
  }

  /** State of each detector, and the frozen reference, by name. */
  Map<String, byte[]> states() {
    var states = new LinkedHashMap<String, byte[]>();
    Reference reference = frozen;
    if (reference != null) {
      states.put(
          FROZEN_REFERENCE,
          new StateWriter(VERSION, KIND)
              .int64(frozenMillis)
              .bytes(reference.toByteArray())
              .toBytes());
    }
    waiting.forEach((name, state) -> states.put(prefix(Baseline.LAST_WEEK) + name, state));
    comparisons.forEach((baseline, watch) ->
        watch.states().forEach((name, state) -> states.put(prefix(baseline) + name, state)));
    return states;
  }

  /** Of the first comparison there is none, so that a feature is called what it is called. */
  private String prefix(Baseline baseline) {
    boolean isFirst = baseline == (hasReference ? Baseline.REFERENCE : Baseline.FROZEN);
    return isFirst ? "" : "\u0001" + baseline.word() + "\u0001";
  }

  /**
   * Takes over what {@link #states} gave; for one that has seen nothing.
   *
   * @return states that were refused
   */
  int restore(Map<String, byte[]> states) {
    int refused = restoredFrozen(states.get(FROZEN_REFERENCE)) ? 0 : 1;
    for (Map.Entry<Baseline, VersionWatch> entry : comparisons.entrySet()) {
      for (Watched each : entry.getValue().watched()) {
        byte[] state = states.get(prefix(entry.getKey()) + each.name());
        refused += state == null || restored(each, state) ? 0 : 1;
      }
    }
    if (lastWeek.isPresent()) {
      String prefix = prefix(Baseline.LAST_WEEK);
      for (FeatureReference feature : seasonalFeatures()) {
        byte[] state = states.get(prefix + feature.getName());
        if (state != null) {
          waiting.put(feature.getName(), state);
        }
      }
    }
    return refused;
  }

  private boolean restoredFrozen(byte @Nullable [] state) {
    if (state == null || !freezes()) {
      return true;
    }
    try {
      var in = new StateReader("frozen reference", VERSION, KIND, state);
      long millis = in.int64();
      Reference reference = Reference.parseFrom(in.bytes());
      in.end();
      freeze(reference, millis);
      return true;
    } catch (IllegalArgumentException | InvalidProtocolBufferException damaged) {
      return false;
    }
  }

  private boolean restored(Watched watched, byte[] state) {
    try {
      watched.restore(state, config, random);
      return true;
    } catch (IllegalArgumentException ofAnotherReference) {
      return false;
    }
  }
}
