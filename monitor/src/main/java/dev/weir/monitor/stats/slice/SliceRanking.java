package dev.weir.monitor.stats.slice;

import java.util.List;

/**
 * What a search found.
 *
 * @param change change of the event's frequency over all
 * @param findings all slices, those that explain most first; empty: a side has no units, or nothing
 *     changed
 * @param comparisons intervals that hold together: of all slices of all searches
 */
public record SliceRanking(Interval change, List<SliceFinding> findings, long comparisons) {
  public SliceRanking {
    findings = List.copyOf(findings);
  }
}
