package dev.weir.monitor.stats.slice;

import dev.weir.platform.error.Check;
import java.util.Comparator;
import java.util.List;

/**
 * Ranks slices by how much of a change of one event's frequency they explain.
 *
 * <p>With {@code p} a slice's part of the traffic and {@code r} the event's frequency in it, the
 * change over all is the sum over the values of a feature of {@code (p + p')/2 (r' - r)}, by rate,
 * and {@code ((r + r')/2 - R) (p' - p)}, by share (E. M. Kitagawa, "Components of a difference
 * between two rates", JASA 50, 1955), whatever {@code R} is, as the {@code p' - p} sum to 0; with
 * the mean of both sides' frequencies, a slice that grows explains something only if it is unlike
 * the others. A large slice explains much merely by its size, so slices are ranked by what they
 * explain beyond it.
 *
 * <p>Intervals hold for all slices together and for one look (Bonferroni over two for each slice):
 * this explains a change that something else has found, and is no test to be repeated. Pure.
 */
public final class SliceSearch {
  private static final Comparator<SliceFinding> ORDER =
      Comparator.comparing(SliceFinding::shown)
          .thenComparingDouble(SliceFinding::excess)
          .reversed();

  private SliceSearch() {}

  /**
   * Looks at slices.
   *
   * @param all counts of everything
   * @param slices counts by value, of any number of features
   * @param alpha probability that any slice is shown by chance, over 0 to 0.5
   * @return all of them, those that explain most first; empty when a side has no units or nothing
   *     changed
   */
  public static List<SliceFinding> rank(SliceCount all, List<SliceCount> slices, double alpha) {
    Check.inRange("alpha", alpha, Double.MIN_NORMAL, 0.5);
    double change = change(all);
    if (change == 0 || slices.isEmpty()) {
      return List.of();
    }
    double z = Interval.quantile(alpha / (2.0 * slices.size()));
    return slices.stream().map(slice -> look(all, slice, change, z)).sorted(ORDER).toList();
  }

  /** Change of the event's frequency over all; 0 when a side has no units. */
  public static double change(SliceCount all) {
    return all.before() == 0 || all.after() == 0
        ? 0
        : rate(all.hitsAfter(), all.after()) - rate(all.hitsBefore(), all.before());
  }

  private static SliceFinding look(SliceCount all, SliceCount slice, double change, double z) {
    double shareBefore = rate(slice.before(), all.before());
    double shareAfter = rate(slice.after(), all.after());
    // What was not there on one side can only explain by its share.
    double after =
        slice.after() == 0
            ? rate(slice.hitsBefore(), slice.before())
            : rate(slice.hitsAfter(), slice.after());
    double before = slice.before() == 0 ? after : rate(slice.hitsBefore(), slice.before());
    double byRate = (shareBefore + shareAfter) / 2 * (after - before);
    double usual = (rate(all.hitsBefore(), all.before()) + rate(all.hitsAfter(), all.after())) / 2;
    double byShare = ((before + after) / 2 - usual) * (shareAfter - shareBefore);
    Interval extra = rateChange(slice, z).minus(rateChange(slice.restOf(all), z));
    Interval share =
        Interval.proportion(slice.after(), all.after(), z)
            .minus(Interval.proportion(slice.before(), all.before(), z));
    boolean rateShown =
        slice.before() > 0
            && slice.after() > 0
            && extra.isBeyondZero(change)
            && byRate * change > 0;
    boolean shareShown = byShare * change > 0 && share.isBeyondZero(shareAfter - shareBefore);
    return new SliceFinding(
        slice,
        (byRate + byShare) / change,
        (shareBefore + shareAfter) / 2,
        byRate,
        byShare,
        extra,
        share,
        rateShown || shareShown);
  }

  private static Interval rateChange(SliceCount count, double z) {
    return Interval.proportion(count.hitsAfter(), count.after(), z)
        .minus(Interval.proportion(count.hitsBefore(), count.before(), z));
  }

  private static double rate(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
