package dev.weir.monitor.stats.bound;

/**
 * The polynomial stitched bound for sub-gamma sums of scale c, of the iterated logarithm's order.
 * Howard et al. (2021), theorem 1 and equation 10, with {@code v = max(V, m)}:
 *
 * <pre>
 *   l = s ln ln(eta v/m) + ln(zeta(s) / (alpha ln^s eta))
 *   u = sqrt(k1^2 v l + k2^2 c^2 l^2) + k2 c l
 * </pre>
 *
 * @param firstTime m: V at which the first epoch begins, over 0; the bound is flat before
 * @param c scale, finite: 0 sub-Gaussian, under 0 lighter tails
 * @param stitching how time is cut
 */
public record PolynomialStitching(double firstTime, double c, Stitching stitching) {
  public PolynomialStitching {
    Ranges.over("firstTime", firstTime, 0);
    Ranges.over("c", c, -Double.MAX_VALUE);
  }

  /**
   * The bound u.
   *
   * @param intrinsicTime V, 0 or more
   * @param alpha over 0 and under 1
   */
  public double bound(double intrinsicTime, double alpha) {
    Ranges.atLeast("intrinsicTime", intrinsicTime, 0);
    Ranges.insideUnit("alpha", alpha);
    double time = Math.max(intrinsicTime, firstTime);
    double cost = stitching.epochCost(time / firstTime) + Math.log(stitching.zeta() / alpha);
    return stitching.curve(time, cost, c);
  }
}
