package dev.weir.monitor.history;

import java.util.Map;

/**
 * What is known about one series in one span of time. Values of one kind merge: in any order and
 * any grouping they give the same, within what the sketch promises. Mutable, single writer.
 */
public sealed interface HistoryValue permits OutcomeTotals, LatencyTotals, SketchTotals {
  /**
   * Takes in another of the same kind, which stays as it is.
   *
   * @throws IllegalArgumentException when it is of another kind
   */
  void add(HistoryValue other);

  /** Version byte, kind byte, then what the class says. */
  byte[] toBytes();

  /** What a point of a chart shows: names and JSON values. */
  Map<String, Object> describe();

  /** The refusal of a value of another kind. */
  static IllegalArgumentException notMergeable(HistoryValue one, HistoryValue other) {
    return new IllegalArgumentException(
        other.getClass().getSimpleName()
            + " (expected: "
            + one.getClass().getSimpleName()
            + ", as what it is merged into)");
  }
}
