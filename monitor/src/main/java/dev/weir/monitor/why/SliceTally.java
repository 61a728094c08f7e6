package dev.weir.monitor.why;

import dev.weir.monitor.stats.slice.SliceCount;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Units and events of one version, by cell. Events are named: "class:NAME" for a predicted class,
 * "wrong" for a label that is another. Mutable, single writer.
 */
final class SliceTally {
  /** A prediction that its label says is wrong. */
  static final String WRONG = "wrong";

  /** Before the name of a predicted class. */
  static final String CLASS = "class:";

  private static final String UNITS = "";
  private static final String LABELLED = "labelled";

  private final Cells cells;
  private final Map<String, long[]> counts = new HashMap<>();

  SliceTally(Cells cells) {
    this.cells = cells;
  }

  /** The sum of some of the same cells. */
  static SliceTally sum(Cells cells, Collection<SliceTally> tallies) {
    var sum = new SliceTally(cells);
    tallies.forEach(sum::add);
    return sum;
  }

  private void add(SliceTally other) {
    other.counts.forEach((name, theirs) -> {
      long[] ours = counts.computeIfAbsent(name, n -> new long[cells.size() + 1]);
      for (int i = 0; i < ours.length; i++) {
        ours[i] += theirs[i];
      }
    });
  }

  /** A prediction; without an event only the unit is counted. */
  void predicted(byte[] buckets, Optional<String> event) {
    add(UNITS, buckets);
    event.ifPresent(name -> add(name, buckets));
  }

  /** A prediction whose label came. */
  void labelled(byte[] buckets, boolean wrong) {
    add(LABELLED, buckets);
    if (wrong) {
      add(WRONG, buckets);
    }
  }

  private void add(String name, byte[] buckets) {
    long[] cellCounts = counts.computeIfAbsent(name, n -> new long[cells.size() + 1]);
    cellCounts[cells.everything()]++;
    for (int i = 0; i < buckets.length; i++) {
      if (buckets[i] >= 0) {
        cellCounts[cells.of(i, buckets[i])]++;
      }
    }
  }

  /** Events that were seen; "wrong" when there were labels. */
  Set<String> events() {
    var events = new TreeSet<>(counts.keySet());
    events.remove(UNITS);
    if (events.remove(LABELLED)) {
      events.add(WRONG);
    }
    return events;
  }

  /** Units of a cell that the event could happen to: predictions, or those with a label. */
  long units(String event, int cell) {
    return count(event.equals(WRONG) ? LABELLED : UNITS, cell);
  }

  /** Units of a cell with the event. */
  long hits(String event, int cell) {
    return count(event, cell);
  }

  private long count(String name, int cell) {
    long[] cellCounts = counts.get(name);
    return cellCounts == null ? 0 : cellCounts[cell];
  }

  /** A cell on two sides of the same cells. */
  static SliceCount compare(SliceTally before, SliceTally after, String event, int cell) {
    return new SliceCount(
        before.cells.feature(cell),
        before.cells.value(cell),
        before.units(event, cell),
        before.hits(event, cell),
        after.units(event, cell),
        after.hits(event, cell));
  }
}
