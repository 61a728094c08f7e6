package dev.weir.monitor.stats.slice;

import org.apache.commons.numbers.gamma.InverseErfc;

/**
 * An estimate with its confidence limits.
 *
 * @param estimate the value
 * @param low lower limit, at most the estimate
 * @param high upper limit, at least the estimate
 */
public record Interval(double estimate, double low, double high) {
  /** Whether zero lies outside, on the side of {@code sign}. */
  boolean isBeyondZero(double sign) {
    return sign > 0 ? low > 0 : high < 0;
  }

  /** Two-sided normal quantile: {@code P(|Z| > z) = alpha}. */
  static double quantile(double alpha) {
    return Math.sqrt(2) * InverseErfc.value(alpha);
  }

  /**
   * A proportion; E. B. Wilson, "Probable inference, the law of succession, and statistical
   * inference", JASA 22 (1927).
   */
  static Interval proportion(long hits, long units, double z) {
    if (units == 0) {
      return new Interval(0.5, 0, 1);
    }
    double p = (double) hits / units;
    double shrink = 1 + z * z / units;
    double centre = (p + z * z / (2 * units)) / shrink;
    double half = z * Math.sqrt(p * (1 - p) / units + z * z / (4.0 * units * units)) / shrink;
    return new Interval(
        p, Math.max(0, Math.min(p, centre - half)), Math.min(1, Math.max(p, centre + half)));
  }

  /**
   * This minus another, independent of it, from the limits of both: G. Y. Zou and A. Donner,
   * "Construction of confidence limits about effect measures: a general approach", Statistics in
   * Medicine 27 (2008). Of two proportions it is R. G. Newcombe's method 10 (Statistics in Medicine
   * 17, 1998).
   */
  Interval minus(Interval other) {
    double difference = estimate - other.estimate;
    return new Interval(
        difference,
        difference - Math.hypot(estimate - low, other.high - other.estimate),
        difference + Math.hypot(high - estimate, other.estimate - other.low));
  }

  /** The mean of this and another, independent of it, from the limits of both, likewise. */
  Interval meanWith(Interval other) {
    double mean = (estimate + other.estimate) / 2;
    return new Interval(
        mean,
        mean - Math.hypot(estimate - low, other.estimate - other.low) / 2,
        mean + Math.hypot(high - estimate, other.high - other.estimate) / 2);
  }
}
