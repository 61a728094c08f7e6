package dev.weir.monitor.stats.slice;

/**
 * What a slice has to do with a change.
 *
 * @param count its counts
 * @param explained its part of the change, over the change: the parts of all values of one feature
 *     sum to 1; negative: it went the other way
 * @param size its part of the traffic, mean of both sides: what it would explain if all changed
 *     alike
 * @param byRate part of the change because the event became more frequent in it
 * @param byShare part of the change because it became a larger part of the traffic
 * @param extraRate change of the event's frequency inside minus that outside
 * @param shareChange change of its part of the traffic
 * @param shown it explains more than its size, and one of the two intervals lies beyond zero in the
 *     change's direction; a share's change counts only if the slice is unlike the others: with the
 *     probability asked for none of all slices is shown by chance
 */
public record SliceFinding(
    SliceCount count,
    double explained,
    double size,
    double byRate,
    double byShare,
    Interval extraRate,
    Interval shareChange,
    boolean shown) {
  /** What it explains beyond its size. */
  public double excess() {
    return explained - size;
  }
}
