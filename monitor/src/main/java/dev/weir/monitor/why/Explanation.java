package dev.weir.monitor.why;

import dev.weir.monitor.stats.slice.Interval;
import dev.weir.monitor.stats.slice.SliceCount;
import dev.weir.monitor.stats.slice.SliceFinding;
import java.util.List;
import java.util.NavigableMap;

/**
 * What changed and which slices explain it. Times are milliseconds since 1970. Immutable.
 *
 * @param event the event that is explained
 * @param beforeMillis start of the first window before; 0: the other version's
 * @param sinceMillis start of the first window after
 * @param untilMillis end of the newest window
 * @param comparisons intervals here that hold together
 * @param events all events, those that changed most first
 * @param slices those that explain most first
 * @param starts starts of all windows, before and after
 * @param line the event in each of them
 * @param other the same of the other version; empty: there is none
 */
record Explanation(
    String event,
    long beforeMillis,
    long sinceMillis,
    long untilMillis,
    long comparisons,
    List<EventChange> events,
    List<Slice> slices,
    List<Long> starts,
    Line line,
    Line other) {
  /**
   * How often something happened, before and after.
   *
   * @param event its name
   * @param all counts of everything
   * @param change of its frequency
   * @param deviations the change in standard deviations, about
   */
  record EventChange(String event, SliceCount all, Interval change, double deviations) {}

  /**
   * A slice.
   *
   * @param finding what it explains
   * @param line the event in it, by window
   * @param other the same of the other version; empty: there is none
   * @param traceIds newest traces of it with the event, after the change
   */
  record Slice(SliceFinding finding, Line line, Line other, List<String> traceIds) {}

  /**
   * An event by window.
   *
   * @param units units it could happen to
   * @param hits units it happened to
   */
  record Line(List<Long> units, List<Long> hits) {
    static final Line NONE = new Line(List.of(), List.of());

    static Line of(NavigableMap<Long, SliceTally> windows, String event, int cell) {
      return new Line(
          windows.values().stream().map(tally -> tally.units(event, cell)).toList(),
          windows.values().stream().map(tally -> tally.hits(event, cell)).toList());
    }
  }
}
