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
 * <p>Intervals hold together (Bonferroni) for all slices, two for each, for the change over all,
 * and for as many such searches as the caller says it chose among. They hold for one look at one
 * time: this explains a change that something else has found, and is no test to be repeated. Pure.
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
   * @param alpha probability that any interval of any of the searches is wrong, over 0 to 0.5
   * @param searches searches that this one was chosen among, itself included, at least 1: events
   *     and ways to cut time
   */
  public static SliceRanking rank(
      SliceCount all, List<SliceCount> slices, double alpha, long searches) {
    Check.inRange("alpha", alpha, Double.MIN_NORMAL, 0.5);
    Check.inRange("searches", searches, 1, Integer.MAX_VALUE);
    long comparisons = searches * (3L * slices.size() + 1);
    double z = Interval.quantile(alpha / comparisons);
    double change = change(all);
    List<SliceFinding> findings =
        change == 0
            ? List.of()
            : slices.stream().map(slice -> look(all, slice, change, z)).sorted(ORDER).toList();
    return new SliceRanking(rateChange(all, z), findings, comparisons);
  }

  /**
   * How far the event's frequencies of the two sides are apart, in standard deviations, about: the
   * root of twice the logarithm of the likelihood ratio (S. S. Wilks, Annals of Mathematical
   * Statistics 9, 1938), which a few units cannot drive up. At least 0; 0 when a side has no units.
   */
  public static double deviations(SliceCount all) {
    double apart =
        logLikelihood(all.hitsBefore(), all.before()) + logLikelihood(all.hitsAfter(), all.after());
    double together = logLikelihood(all.hitsBefore() + all.hitsAfter(), all.before() + all.after());
    return Math.sqrt(2 * Math.max(0, apart - together));
  }

  /** Of the frequency that was seen. */
  private static double logLikelihood(long hits, long units) {
    return part(hits, units) + part(units - hits, units);
  }

  private static double part(long some, long units) {
    return some == 0 ? 0 : some * Math.log((double) some / units);
  }

  /**
   * Change of the event's frequency, with its interval.
   *
   * @param count counts of a slice or of everything
   * @param alpha probability that any of the intervals is wrong, over 0 to 0.5
   * @param comparisons intervals that shall hold together, at least 1
   */
  public static Interval change(SliceCount count, double alpha, long comparisons) {
    return rateChange(count, Interval.quantile(alpha / comparisons));
  }

  /** Change over all; 0 when a side has no units. */
  private static double change(SliceCount all) {
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
    // A part that grew explains something if it is unlike the others for sure, too.
    Interval unlike = level(slice, slice, z).minus(level(slice.restOf(all), slice, z));
    boolean shareShown =
        byShare * change > 0
            && share.isBeyondZero(shareAfter - shareBefore)
            && unlike.isBeyondZero((before + after) / 2 - usual);
    double explained = (byRate + byShare) / change;
    double size = (shareBefore + shareAfter) / 2;
    return new SliceFinding(
        slice,
        explained,
        size,
        byRate,
        byShare,
        extra,
        share,
        explained > size && (rateShown || shareShown));
  }

  private static Interval rateChange(SliceCount count, double z) {
    return Interval.proportion(count.hitsAfter(), count.after(), z)
        .minus(Interval.proportion(count.hitsBefore(), count.before(), z));
  }

  /** Mean frequency of the sides on which a slice has units. */
  private static Interval level(SliceCount count, SliceCount slice, double z) {
    Interval before = Interval.proportion(count.hitsBefore(), count.before(), z);
    Interval after = Interval.proportion(count.hitsAfter(), count.after(), z);
    if (slice.before() == 0) {
      return after;
    }
    return slice.after() == 0 ? before : before.meanWith(after);
  }

  private static double rate(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
