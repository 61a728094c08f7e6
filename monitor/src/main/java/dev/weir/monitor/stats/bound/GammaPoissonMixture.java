package dev.weir.monitor.stats.bound;

import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * One-sided mixture for sub-Poisson sums of scale c: steps of at most c over their mean (Bennett's
 * condition), V the sum of their variances. Howard et al. (2021), proposition 10. With {@code a =
 * rho/c^2}, {@code b = (c S + V + rho)/c^2}, {@code x = (V + rho)/c^2} and Q the upper regularized
 * incomplete gamma function:
 *
 * <pre>
 *   ln m = a ln a - ln Gamma(a) - ln Q(a, a) + ln Gamma(b) + ln Q(b, x) - b ln x + V/c^2
 * </pre>
 *
 * @param rho mixing parameter, over 0, see {@link Tuning#rho}
 * @param c largest step, over 0
 */
public record GammaPoissonMixture(double rho, double c) implements Mixture {
  public GammaPoissonMixture {
    Ranges.over("rho", rho, 0);
    Ranges.over("c", c, 0);
  }

  /** The one whose bound is about tightest there. */
  public static GammaPoissonMixture tightestAt(Tuning tuning, double c) {
    return new GammaPoissonMixture(tuning.rho(Sides.ONE), c);
  }

  /**
   * Log of the e-process.
   *
   * @param sum S, over {@code -(V + rho)/c}
   */
  @Override
  public double logValue(double sum, double intrinsicTime) {
    Ranges.atLeast("intrinsicTime", intrinsicTime, 0);
    Ranges.over("sum", sum, -(intrinsicTime + rho) / c);
    double square = c * c;
    double a = rho / square;
    double b = (c * sum + intrinsicTime + rho) / square;
    double x = (intrinsicTime + rho) / square;
    return a * Math.log(a)
        - LogGamma.value(a)
        - Math.log(RegularizedGamma.Q.value(a, a))
        + LogGamma.value(b)
        + Math.log(RegularizedGamma.Q.value(b, x))
        - b * Math.log(x)
        + intrinsicTime / square;
  }
}
