package dev.weir.monitor.stats.bound;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/**
 * Mixture over a normal (two-sided) or half-normal (one-sided) tilt, for sub-Gaussian sums. Howard
 * et al. (2021), propositions 5 and 6:
 *
 * <pre>
 *   two-sided   ln m = 1/2 ln(rho/(V + rho)) + S^2 / (2 (V + rho))
 *   one-sided   ln m = the same + ln 2 + ln Phi(S / sqrt(V + rho))
 * </pre>
 *
 * @param rho mixing parameter, over 0, see {@link Tuning#rho}
 * @param sides which deviations count
 */
public record NormalMixture(double rho, Sides sides) implements Mixture {
  public NormalMixture {
    Ranges.over("rho", rho, 0);
  }

  /** The one whose bound is tightest there. */
  public static NormalMixture tightestAt(Tuning tuning, Sides sides) {
    return new NormalMixture(tuning.rho(sides), sides);
  }

  @Override
  public double logValue(double sum, double intrinsicTime) {
    Ranges.atLeast("intrinsicTime", intrinsicTime, 0);
    double spread = intrinsicTime + rho;
    double shrink = Math.log(rho / spread) / 2;
    double square = sum * sum / (2 * spread);
    if (sides == Sides.TWO) {
      return shrink + square;
    }
    // 2 Phi(z) = erfc(-z/sqrt 2); scaled under zero, where it and exp(z^2/2) cancel.
    double z = sum / Math.sqrt(2 * spread);
    return z < 0 ? shrink + Math.log(Erfcx.value(-z)) : shrink + square + Math.log(Erfc.value(-z));
  }

  /** Closed form when two-sided: {@code sqrt((V + rho)(ln((V + rho)/rho) + 2 ln(1/alpha)))}. */
  @Override
  public double bound(double intrinsicTime, double alpha) {
    if (sides == Sides.ONE) {
      return Mixture.super.bound(intrinsicTime, alpha);
    }
    Ranges.atLeast("intrinsicTime", intrinsicTime, 0);
    Ranges.insideUnit("alpha", alpha);
    double spread = intrinsicTime + rho;
    return Math.sqrt(spread * (Math.log(spread / rho) - 2 * Math.log(alpha)));
  }
}
