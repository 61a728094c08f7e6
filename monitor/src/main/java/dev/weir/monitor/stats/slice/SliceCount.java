package dev.weir.monitor.stats.slice;

import dev.weir.platform.error.InvalidValueException;

/**
 * How often something happened in a slice, on two sides: before and after, or baseline and canary.
 *
 * @param feature feature that the slice is cut by
 * @param value value, category or range of it
 * @param before units before, at least 0
 * @param hitsBefore of these, with the event
 * @param after units after, at least 0
 * @param hitsAfter of these, with the event
 */
public record SliceCount(
    String feature, String value, long before, long hitsBefore, long after, long hitsAfter) {
  public SliceCount {
    check("hitsBefore", hitsBefore, before);
    check("hitsAfter", hitsAfter, after);
  }

  private static void check(String name, long hits, long units) {
    if (hits < 0 || hits > units) {
      throw new InvalidValueException(name, hits, "0 to the number of units, " + units);
    }
  }

  /** Everything that is not in this slice, when {@code all} is everything. */
  SliceCount restOf(SliceCount all) {
    return new SliceCount(
        feature,
        "rest",
        all.before - before,
        all.hitsBefore - hitsBefore,
        all.after - after,
        all.hitsAfter - hitsAfter);
  }
}
