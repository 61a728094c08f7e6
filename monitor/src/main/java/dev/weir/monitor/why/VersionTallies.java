package dev.weir.monitor.why;

import dev.weir.monitor.inspect.FeatureBuckets;
import java.util.Collections;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What is counted of one version: a tally a window, and examples. Single writer. */
final class VersionTallies {
  private final int maxClasses;
  private final Cells cells;
  private final Examples examples;
  private final Set<String> classes = new HashSet<>();
  private final TreeMap<Long, SliceTally> windows = new TreeMap<>();

  /** Empty, of a version with such features. */
  VersionTallies(FeatureBuckets features, WhyConfig config) {
    this.cells = new Cells(features);
    this.maxClasses = config.maxClasses();
    this.examples = new Examples(config.maxExamples());
  }

  Cells cells() {
    return cells;
  }

  Examples examples() {
    return examples;
  }

  /** By number, oldest first; a view that changes. */
  NavigableMap<Long, SliceTally> windows() {
    return Collections.unmodifiableNavigableMap(windows);
  }

  /** Forgets windows up to one. */
  void forgetUpTo(long window) {
    windows.headMap(window, true).clear();
  }

  /** Counts a prediction; gives the event's name, empty beyond the bound of classes. */
  Optional<String> predicted(long window, byte[] buckets, Optional<String> predictedClass) {
    Optional<String> event =
        predictedClass
            .filter(name -> classes.contains(name) || classes.size() < maxClasses)
            .map(name -> SliceTally.CLASS + name);
    predictedClass.filter(name -> event.isPresent()).ifPresent(classes::add);
    windows.computeIfAbsent(window, n -> new SliceTally(cells)).predicted(buckets, event);
    return event;
  }

  /** Counts a label where its prediction was counted, if that window is still here. */
  void labelled(Place place, boolean wrong) {
    SliceTally tally = windows.get(place.window());
    if (tally != null && place.cells() == cells) {
      tally.labelled(place.buckets(), wrong);
    }
  }
}
