package dev.weir.monitor.stats.bound;

/**
 * A mixture of exponential supermartingales over the tilt, in closed form: an e-process against "S
 * has no upward drift", whose value depends on S and V of the moment only. Howard et al. (2021),
 * section 3.2.
 */
public sealed interface Mixture
    permits NormalMixture, BetaBinomialMixture, GammaExponentialMixture, GammaPoissonMixture {
  /**
   * Log of the e-process. One-sided mixtures give negative infinity where the tail that they need
   * is under the range of a double, which is far on the other side of zero.
   *
   * @param sum S, finite
   * @param intrinsicTime V, 0 or more
   */
  double logValue(double sum, double intrinsicTime);

  /** The largest S that the process can have at this V, possibly infinite. */
  default double largestSum(double intrinsicTime) {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * The S, 0 or more, at which the e-process is {@code 1/alpha}; {@link #largestSum} where it never
   * is. By Ville's inequality S ever reaches it with probability alpha or less.
   *
   * @param intrinsicTime V, 0 or more
   * @param alpha over 0 and under 1
   */
  default double bound(double intrinsicTime, double alpha) {
    Ranges.atLeast("intrinsicTime", intrinsicTime, 0);
    double goal = -Math.log(Ranges.insideUnit("alpha", alpha));
    double most = largestSum(intrinsicTime);
    if (most == Double.POSITIVE_INFINITY) {
      most = Math.max(1, Math.sqrt(intrinsicTime));
      while (logValue(most, intrinsicTime) < goal) {
        most *= 2;
      }
    } else if (logValue(most, intrinsicTime) < goal) {
      return most;
    }
    // The log of a mixture of exponentials is convex in S and under the goal at 0: one crossing.
    return Bisection.crossing(sum -> logValue(sum, intrinsicTime) - goal, 0, most);
  }
}
