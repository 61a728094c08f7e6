package dev.weir.monitor.stats.bound;

import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * One-sided mixture for sub-exponential sums of scale c, such as centred sums of squares. Howard et
 * al. (2021), proposition 9. With {@code a = rho/c^2}, {@code b = (V + rho)/c^2}, {@code x = (c S +
 * V + rho)/c^2} and P the lower regularized incomplete gamma function:
 *
 * <pre>
 *   ln m = a ln a - ln Gamma(a) - ln P(a, a) + ln Gamma(b) + ln P(b, x) - b ln x + (c S + V)/c^2
 * </pre>
 *
 * @param rho mixing parameter, over 0, see {@link Tuning#rho}
 * @param c scale, over 0
 */
public record GammaExponentialMixture(double rho, double c) implements Mixture {
  public GammaExponentialMixture {
    Ranges.over("rho", rho, 0);
    Ranges.over("c", c, 0);
  }

  /** The one whose bound is about tightest there. */
  public static GammaExponentialMixture tightestAt(Tuning tuning, double c) {
    return new GammaExponentialMixture(tuning.rho(Sides.ONE), c);
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
    double b = (intrinsicTime + rho) / square;
    double x = (c * sum + intrinsicTime + rho) / square;
    return a * Math.log(a)
        - LogGamma.value(a)
        - Math.log(RegularizedGamma.P.value(a, a))
        + LogGamma.value(b)
        + Math.log(RegularizedGamma.P.value(b, x))
        - b * Math.log(x)
        + (c * sum + intrinsicTime) / square;
  }
}
