package dev.weir.monitor.why;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.inspect.FeatureBuckets;
import dev.weir.monitor.inspect.Inspected;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts by version, window and feature bucket what was predicted and what was wrong. Bounded in
 * versions, windows, features and classes. Thread-safe.
 */
public final class WhyBoard implements Erasable {
  private final WhyConfig config;
  private final Clock clock;

  @GuardedBy("this")
  private final LinkedHashMap<WhyKey, TreeMap<Long, SliceTally>> windows =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Where a prediction was counted, until its label comes. */
  private record Place(
      WhyKey key, long window, FeatureBuckets features, byte[] buckets, long unit) {}

  @GuardedBy("this")
  private final LinkedHashMap<String, Place> unlabelled = new LinkedHashMap<>();

  /** Labels that came before their prediction was looked at, and whether it was wrong. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Boolean> early = new LinkedHashMap<>();

  /** Empty. */
  public WhyBoard(WhyConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Counts a prediction; without features of its version there is nothing to explain by. */
  public synchronized void observe(Inspected inspected) {
    FeatureBuckets features = inspected.features();
    if (features.size() == 0) {
      return;
    }
    Sample sample = inspected.sample();
    WhyKey key = WhyKey.of(sample);
    long millis = sample.getAt().getSeconds() * 1_000 + sample.getAt().getNanos() / 1_000_000;
    long number = Math.floorDiv(millis, config.window().toMillis());
    Optional<SliceTally> tally = tally(key, number, features);
    if (tally.isEmpty()) {
      return;
    }
    tally
        .get()
        .predicted(
            inspected.buckets(),
            sample.getPredictedClassesCount() == 0
                ? Optional.empty()
                : Optional.of(sample.getPredictedClasses(0)),
            config.maxClasses());
    String id = sample.getRequestId();
    Boolean wrong = early.remove(id);
    if (wrong != null) {
      tally.get().labelled(inspected.buckets(), wrong);
    } else if (!id.isEmpty()) {
      unlabelled.put(
          id,
          new Place(key, number, features, inspected.buckets(), sample.getAssignment().getUnit()));
      if (unlabelled.size() > config.maxRemembered()) {
        unlabelled.pollFirstEntry();
      }
    }
  }

  @GuardedBy("this")
  private Optional<SliceTally> tally(WhyKey key, long number, FeatureBuckets features) {
    long now = Math.floorDiv(clock.now().toEpochMilli(), config.window().toMillis());
    // Too late, or of a clock that runs ahead and would push out all others.
    if (number <= now - config.windows() || number > now + 1) {
      return Optional.empty();
    }
    TreeMap<Long, SliceTally> ofVersion = windows.computeIfAbsent(key, k -> new TreeMap<>());
    if (windows.size() > config.maxVersions()) {
      windows.pollFirstEntry();
    }
    ofVersion.headMap(now - config.windows(), true).clear();
    if (!ofVersion.isEmpty() && !ofVersion.firstEntry().getValue().features().equals(features)) {
      // The registry's word about the version has changed, and its buckets may have.
      ofVersion.clear();
    }
    SliceTally tally = ofVersion.computeIfAbsent(number, n -> new SliceTally(features));
    return Optional.of(tally);
  }

  /** Counts labels that found their prediction. */
  public synchronized void labels(List<LabelledPrediction> labels) {
    for (LabelledPrediction each : labels) {
      if (each.sample().getPredictedClassesCount() == 0
          || each.label().getTrueClassesCount() == 0) {
        continue;
      }
      boolean wrong = !each.sample().getPredictedClasses(0).equals(each.label().getTrueClasses(0));
      String id = each.sample().getRequestId();
      Place place = unlabelled.remove(id);
      if (place != null) {
        TreeMap<Long, SliceTally> ofVersion = windows.get(place.key());
        SliceTally tally = ofVersion == null ? null : ofVersion.get(place.window());
        if (tally != null && tally.features().equals(place.features())) {
          tally.labelled(place.buckets(), wrong);
        }
      } else {
        early.put(id, wrong);
        if (early.size() > config.maxRemembered()) {
          early.pollFirstEntry();
        }
      }
    }
  }

  @Override
  public synchronized int eraseUnit(long unit) {
    int before = unlabelled.size();
    unlabelled.values().removeIf(place -> place.unit() == unit);
    return before - unlabelled.size();
  }

  @Override
  public synchronized boolean erase(String requestId) {
    boolean waited = early.remove(requestId) != null;
    return unlabelled.remove(requestId) != null || waited;
  }

  /**
   * Two sides to compare.
   *
   * @param before the earlier windows, or the other version
   * @param after the newest windows, or the version asked for
   * @param beforeMillis start of the first window before; 0: the other version's
   * @param afterMillis start of the first window after
   */
  record Sides(SliceTally before, SliceTally after, long beforeMillis, long afterMillis) {}

  /** The newest {@code recent} windows of a version against those before; empty: not enough. */
  synchronized Optional<Sides> overTime(String route, String version, int recent) {
    Optional<TreeMap<Long, SliceTally>> found = find(route, version);
    if (found.isEmpty() || found.get().size() <= recent) {
      return Optional.empty();
    }
    TreeMap<Long, SliceTally> all = found.get();
    long first = all.descendingKeySet().stream().skip(recent - 1L).findFirst().orElseThrow();
    return Optional.of(
        new Sides(
            sum(all.headMap(first, false)),
            sum(all.tailMap(first, true)),
            all.firstKey() * config.window().toMillis(),
            first * config.window().toMillis()));
  }

  /**
   * A version against another, over the windows that both have; empty: there are none, or the two
   * have different references.
   */
  synchronized Optional<Sides> against(String route, String version, String other) {
    Optional<TreeMap<Long, SliceTally>> one = find(route, version);
    Optional<TreeMap<Long, SliceTally>> two = find(route, other);
    if (one.isEmpty() || two.isEmpty()) {
      return Optional.empty();
    }
    var mine = new TreeMap<>(one.get());
    mine.keySet().retainAll(two.get().keySet());
    var theirs = new TreeMap<>(two.get());
    theirs.keySet().retainAll(mine.keySet());
    if (mine.isEmpty() || !sum(mine).features().equals(sum(theirs).features())) {
      return Optional.empty();
    }
    return Optional.of(
        new Sides(sum(theirs), sum(mine), 0, mine.firstKey() * config.window().toMillis()));
  }

  @GuardedBy("this")
  private Optional<TreeMap<Long, SliceTally>> find(String route, String version) {
    return windows.sequencedEntrySet().reversed().stream()
        .filter(entry -> entry.getKey().route().equals(route))
        .filter(entry -> entry.getKey().version().equals(version))
        .filter(entry -> !entry.getValue().isEmpty())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static SliceTally sum(Map<Long, SliceTally> tallies) {
    var sum = new SliceTally(tallies.values().iterator().next().features());
    tallies.values().forEach(sum::add);
    return sum;
  }
}
