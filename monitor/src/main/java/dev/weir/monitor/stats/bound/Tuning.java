package dev.weir.monitor.stats.bound;

/**
 * Where a mixture's bound shall be tightest. A choice that costs a little width elsewhere, never
 * validity; it has to be made before the data are seen.
 *
 * @param intrinsicTime V at which the bound is tightest, over 0
 * @param alpha level at which it is tightest, over 0 and under 1/2
 */
public record Tuning(double intrinsicTime, double alpha) {
  public Tuning {
    Ranges.over("intrinsicTime", intrinsicTime, 0);
    Ranges.insideUnit("alpha", alpha);
    Ranges.insideUnit("2 alpha", 2 * alpha);
  }

  /**
   * The mixing parameter rho, over 0: {@code V / (2 L + ln(1 + 2 L))} with {@code L = ln(1/alpha)},
   * an approximation of Lambert's W; one-sided with 2 alpha in the place of alpha. Howard et al.
   * (2021), section 3.5.
   */
  public double rho(Sides sides) {
    double level = -Math.log(sides == Sides.ONE ? 2 * alpha : alpha);
    return intrinsicTime / (2 * level + Math.log1p(2 * level));
  }
}
