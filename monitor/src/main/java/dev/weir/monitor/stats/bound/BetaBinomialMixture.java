package dev.weir.monitor.stats.bound;

import dev.weir.platform.error.InvalidValueException;
import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * Mixture over a beta-distributed probability, for sub-Bernoulli sums: steps between {@code -g} and
 * {@code h} with mean zero. Exact for {@code n} yes/no outcomes of probability p with {@code g =
 * p}, {@code h = 1 - p}, S = hits - n p and V = n p (1 - p). Howard et al. (2021), propositions 7
 * and 8. With {@code p = g/(g + h)}, {@code k = (S + V/h)/(g + h)} hits and {@code m = (V/g - S)/(g
 * + h)} misses:
 *
 * <pre>
 *   a = r/(h (g + h)), b = r/(g (g + h))
 *   two-sided   ln m = ln B(a + k, b + m) - ln B(a, b) - k ln p - m ln(1 - p)
 *   one-sided   ln m = the same + ln I_{1-p}(b + m, a + k) - ln I_{1-p}(b, a)
 * </pre>
 *
 * @param r weight of the prior, over 0
 * @param g largest step down, over 0
 * @param h largest step up, over 0
 * @param sides which deviations count
 */
public record BetaBinomialMixture(double r, double g, double h, Sides sides) implements Mixture {
  private static final double LEAST_WEIGHT = 1e-3;

  public BetaBinomialMixture {
    Ranges.over("r", r, 0);
    Ranges.over("g", g, 0);
    Ranges.over("h", h, 0);
  }

  /** The one whose bound is about tightest there: {@code r = rho - g h}, at least g h / 1000. */
  public static BetaBinomialMixture tightestAt(Tuning tuning, double g, double h, Sides sides) {
    double r = Math.max(tuning.rho(sides) - g * h, LEAST_WEIGHT * g * h);
    return new BetaBinomialMixture(r, g, h, sides);
  }

  /**
   * Log of the e-process.
   *
   * @param sum S, from {@code -V/h} to {@code V/g}
   */
  @Override
  public double logValue(double sum, double intrinsicTime) {
    Ranges.atLeast("intrinsicTime", intrinsicTime, 0);
    double slack = 1e-9 * (1 + intrinsicTime / g + intrinsicTime / h);
    if (!(sum >= -intrinsicTime / h - slack && sum <= intrinsicTime / g + slack)) {
      throw new InvalidValueException("sum", sum, -intrinsicTime / h + " to " + intrinsicTime / g);
    }
    double hits = Math.max(0, (sum + intrinsicTime / h) / (g + h));
    double misses = Math.max(0, (intrinsicTime / g - sum) / (g + h));
    double a = r / (h * (g + h));
    double b = r / (g * (g + h));
    double hit = g / (g + h);
    double miss = h / (g + h);
    double both =
        LogBeta.value(a + hits, b + misses)
            - LogBeta.value(a, b)
            - hits * Math.log(hit)
            - misses * Math.log(miss);
    return sides == Sides.TWO
        ? both
        : both
            + Math.log(RegularizedBeta.value(miss, b + misses, a + hits))
            - Math.log(RegularizedBeta.value(miss, b, a));
  }

  /** {@code V/g}: every outcome a hit. */
  @Override
  public double largestSum(double intrinsicTime) {
    return intrinsicTime / g;
  }
}
