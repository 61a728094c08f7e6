package dev.weir.monitor.stats.bound;

/**
 * How much more often than it should be something is over a fixed threshold, at all times together:
 * the effect size beside a test of latency. The claim is that a share p of the values is over the
 * threshold, as is that of the baseline over its own (1 - p)-quantile. Howard and Ramdas (2022),
 * theorem 1, with the beta-binomial mixture: {@code S = exceeding - n p}, {@code V = n p (1 - p)}.
 *
 * <p>Valid for a threshold chosen before the values that are counted, and values of which each is
 * over it with the same probability. Rates that move with the time of day need a comparison with
 * the other arm of the same time instead, {@link dev.weir.monitor.stats.LatencyTest}.
 *
 * @param claimed p, over 0 and under 1: 0.01 for a 99th percentile
 * @param alpha over 0 and under 1/2
 * @param tightestAt values at which the intervals shall be about tightest, 1 or more
 */
public record ExceedanceSequence(double claimed, double alpha, long tightestAt) {
  public ExceedanceSequence {
    Ranges.insideUnit("claimed", claimed);
    Ranges.insideUnit("alpha", alpha);
    Ranges.insideUnit("2 alpha", 2 * alpha);
    Ranges.atLeast("tightestAt", tightestAt, 1);
  }

  /**
   * Log of the one-sided e-value against "at most p are over it". Over {@code ln(1/alpha)} at any
   * time with probability alpha or less if that is so.
   *
   * @param exceeding values over the threshold, 0 to values
   * @param values values so far, 0 or more
   */
  public double logEvidence(long exceeding, long values) {
    BernoulliSequence.requireCounts(exceeding, values);
    return over(alpha).logValue(exceeding - values * claimed, values * claimed * (1 - claimed));
  }

  /**
   * Interval for the share of values over the threshold that holds at all times together with
   * probability 1 - alpha or more. Divide by p for the lift.
   *
   * @param exceeding values over the threshold, 0 to values
   * @param values values so far, 0 or more
   */
  public Interval interval(long exceeding, long values) {
    return new BernoulliSequence(alpha, tightestAt).interval(exceeding, values);
  }

  /**
   * How many of so many values are over the true (1 - p)-quantile: at least the least (when those
   * equal to it are counted too) and at most the most (when they are not), at all times together
   * with probability 1 - alpha or more. So the quantile itself lies between the values with these
   * ranks from above.
   *
   * @param values 0 or more
   */
  public RankRange ranks(long values) {
    Ranges.atLeast("values", values, 0);
    double time = values * claimed * (1 - claimed);
    double expected = values * claimed;
    double most = expected + over(alpha / 2).bound(time, alpha / 2);
    double least = expected - under(alpha / 2).bound(time, alpha / 2);
    return new RankRange(
        Math.clamp((long) Math.ceil(least - 1e-9), 0, values),
        Math.clamp((long) Math.floor(most + 1e-9), 0, values));
  }

  private BetaBinomialMixture over(double level) {
    return BetaBinomialMixture.tightestAt(tuning(level), claimed, 1 - claimed, Sides.ONE);
  }

  private BetaBinomialMixture under(double level) {
    return BetaBinomialMixture.tightestAt(tuning(level), 1 - claimed, claimed, Sides.ONE);
  }

  private Tuning tuning(double level) {
    return new Tuning(tightestAt * claimed * (1 - claimed), level);
  }

  /**
   * Numbers of values that may be over a quantile.
   *
   * @param least 0 or more
   * @param most least or more
   */
  public record RankRange(long least, long most) {
    public RankRange {
      Ranges.atLeast("least", least, 0);
      Ranges.atLeast("most", most, least);
    }
  }
}
