package dev.weir.monitor.why;

import dev.weir.monitor.inspect.FeatureBuckets;
import dev.weir.monitor.stats.slice.SliceCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Units and events of one version, by feature bucket. Events are named: "class:NAME" for a
 * predicted class, "wrong" for a label that is another. Mutable, single writer.
 */
final class SliceTally {
  /** A prediction that its label says is wrong. */
  static final String WRONG = "wrong";

  /** Before the name of a predicted class. */
  static final String CLASS = "class:";

  private static final String UNITS = "";
  private static final String LABELLED = "labelled";

  private final FeatureBuckets features;
  private final int[] starts;
  private final int cells;
  private final Map<String, long[]> counts = new LinkedHashMap<>();

  SliceTally(FeatureBuckets features) {
    this.features = features;
    this.starts = new int[features.size()];
    int cell = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = cell;
      cell += features.buckets(i).size();
    }
    this.cells = cell;
  }

  FeatureBuckets features() {
    return features;
  }

  /** A prediction; of a class beyond {@code maxClasses} only the unit is counted. */
  void predicted(byte[] buckets, Optional<String> predictedClass, int maxClasses) {
    add(UNITS, buckets);
    predictedClass
        .map(name -> CLASS + name)
        .filter(event -> counts.containsKey(event) || classes() < maxClasses)
        .ifPresent(event -> add(event, buckets));
  }

  private long classes() {
    return counts.keySet().stream().filter(event -> event.startsWith(CLASS)).count();
  }

  /** A prediction whose label came. */
  void labelled(byte[] buckets, boolean wrong) {
    add(LABELLED, buckets);
    if (wrong) {
      add(WRONG, buckets);
    }
  }

  private void add(String name, byte[] buckets) {
    long[] cellCounts = counts.computeIfAbsent(name, n -> new long[cells + 1]);
    cellCounts[cells]++;
    for (int i = 0; i < buckets.length; i++) {
      if (buckets[i] >= 0) {
        cellCounts[starts[i] + buckets[i]]++;
      }
    }
  }

  /** Takes over all that another of the same features has. */
  void add(SliceTally other) {
    other.counts.forEach((name, theirs) -> {
      long[] ours = counts.computeIfAbsent(name, n -> new long[cells + 1]);
      for (int i = 0; i <= cells; i++) {
        ours[i] += theirs[i];
      }
    });
  }

  /** Events that were seen. */
  Set<String> events() {
    var events = new java.util.TreeSet<>(counts.keySet());
    events.remove(UNITS);
    if (events.remove(LABELLED)) {
      events.add(WRONG);
    }
    return events;
  }

  /** Everything, on two sides. */
  static SliceCount all(SliceTally before, SliceTally after, String event) {
    return count("", "", before, before.cells, after, after.cells, event);
  }

  /** Every bucket of every feature, on two sides with the same features. */
  static List<SliceCount> slices(SliceTally before, SliceTally after, String event) {
    var slices = new ArrayList<SliceCount>();
    for (int feature = 0; feature < before.starts.length; feature++) {
      List<String> buckets = before.features.buckets(feature);
      for (int i = 0; i < buckets.size(); i++) {
        int cell = before.starts[feature] + i;
        SliceCount count =
            count(before.features.name(feature), buckets.get(i), before, cell, after, cell, event);
        if (count.before() + count.after() > 0) {
          slices.add(count);
        }
      }
    }
    return slices;
  }

  private static SliceCount count(
      String feature,
      String value,
      SliceTally before,
      int cellBefore,
      SliceTally after,
      int cellAfter,
      String event) {
    String units = event.equals(WRONG) ? LABELLED : UNITS;
    return new SliceCount(
        feature,
        value,
        before.of(units, cellBefore),
        before.of(event, cellBefore),
        after.of(units, cellAfter),
        after.of(event, cellAfter));
  }

  private long of(String name, int cell) {
    long[] cellCounts = counts.get(name);
    return cellCounts == null ? 0 : cellCounts[cell];
  }
}
