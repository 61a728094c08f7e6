package dev.weir.monitor.stats.bound;

import dev.weir.platform.error.InvalidValueException;

/**
 * A confidence sequence for the rate of yes/no outcomes: the rates p that the two-sided {@link
 * BetaBinomialMixture} with {@code g = p}, {@code h = 1 - p} does not speak against at 1/alpha.
 * With probability 1 - alpha or more the rate is inside at all times together. Valid when each
 * outcome has the same probability given those before. Howard and Ramdas (2022), section 3.1.
 *
 * @param alpha over 0 and under 1/2
 * @param tightestAt outcomes at which it shall be about tightest, 1 or more
 */
public record BernoulliSequence(double alpha, long tightestAt) {
  public BernoulliSequence {
    Ranges.insideUnit("alpha", alpha);
    Ranges.insideUnit("2 alpha", 2 * alpha);
    Ranges.atLeast("tightestAt", tightestAt, 1);
  }

  /**
   * Log of the e-value against this rate.
   *
   * @param rate over 0 and under 1
   * @param hits 0 to outcomes
   * @param outcomes 0 or more
   */
  public double logEvidenceAgainst(double rate, long hits, long outcomes) {
    Ranges.insideUnit("rate", rate);
    requireCounts(hits, outcomes);
    double variance = rate * (1 - rate);
    return BetaBinomialMixture.tightestAt(
            new Tuning(tightestAt * variance, alpha), rate, 1 - rate, Sides.TWO)
        .logValue(hits - outcomes * rate, outcomes * variance);
  }

  /** Whether this rate is inside; same ranges. */
  public boolean covers(double rate, long hits, long outcomes) {
    return logEvidenceAgainst(rate, hits, outcomes) < -Math.log(alpha);
  }

  /**
   * The interval after so many outcomes; 0 to 1 after none.
   *
   * @param hits 0 to outcomes
   * @param outcomes 0 or more
   */
  public Interval interval(long hits, long outcomes) {
    requireCounts(hits, outcomes);
    if (outcomes == 0) {
      return new Interval(0, 1);
    }
    double seen = (double) hits / outcomes;
    return new Interval(end(seen, hits, outcomes, 0), end(seen, hits, outcomes, 1));
  }

  private double end(double seen, long hits, long outcomes, double edge) {
    double nearEdge = edge == 0 ? 1e-12 : 1 - 1e-12;
    if (seen == edge || covers(nearEdge, hits, outcomes)) {
      return edge;
    }
    double goal = -Math.log(alpha);
    double inside = Math.clamp(seen, 1e-12, 1 - 1e-12);
    return Bisection.crossing(
        rate -> logEvidenceAgainst(rate, hits, outcomes) - goal, inside, nearEdge);
  }

  static void requireCounts(long hits, long outcomes) {
    Ranges.atLeast("outcomes", outcomes, 0);
    if (hits < 0 || hits > outcomes) {
      throw new InvalidValueException("hits", hits, "0 to " + outcomes);
    }
  }
}
