package dev.weir.monitor.stats.bound;

/**
 * A bound on the empirical distribution function at all quantiles and all times together, stitched
 * over both. Howard and Ramdas (2022), theorem 2. For independent, identically distributed values,
 * with probability 1 - alpha or more, at every n and p the number of values at or under the
 * p-quantile is less than {@code n p + u(p, n)}, and of those under it more than {@code n p - u(1 -
 * p, n)}. With {@code t = max(n, m)}, {@code c = (1 - 2p)/3}:
 *
 * <pre>
 *   q = p for p of 1/2 or more, else min(1/2, expit(logit p + 2 delta sqrt(eta m/t)))
 *   j = sqrt(t/m) |logit p| / (2 delta) + 1
 *   l = s ln ln(eta t/m) + s ln j + ln(2 zeta(s)(2 zeta(s) + 1) / (alpha ln^s eta))
 *   u = delta sqrt(eta t q (1 - q)/m) + sqrt(k1^2 q (1 - q) t l + k2^2 c^2 l^2) + k2 c l
 * </pre>
 *
 * @param firstTime m: values at which the first epoch begins, 1 or more; the bound is flat before
 * @param delta how fine the grid of quantiles is, over 0; 1/2 is usual
 * @param stitching how time is cut
 */
public record DoubleStitching(long firstTime, double delta, Stitching stitching) {
  public DoubleStitching {
    Ranges.atLeast("firstTime", firstTime, 1);
    Ranges.over("delta", delta, 0);
  }

  /** With delta 1/2 and the usual stitching. */
  public static DoubleStitching from(long firstTime) {
    return new DoubleStitching(firstTime, 0.5, Stitching.usual());
  }

  /**
   * The bound u, in numbers of values.
   *
   * @param p the quantile, over 0 and under 1
   * @param values n, 1 or more
   * @param alpha over 0 and under 1
   */
  public double bound(double p, long values, double alpha) {
    Ranges.insideUnit("p", p);
    Ranges.atLeast("values", values, 1);
    Ranges.insideUnit("alpha", alpha);
    double time = Math.max(values, firstTime);
    double epochs = time / firstTime;
    double logit = Math.log(p / (1 - p));
    double q = p;
    if (p < 0.5) {
      double moved = logit + 2 * delta * Math.sqrt(stitching.eta() / epochs);
      q = Math.min(0.5, 1 / (1 + Math.exp(-moved)));
    }
    double variance = q * (1 - q);
    double zeta = stitching.zeta();
    double cost =
        stitching.epochCost(epochs)
            + stitching.s() * Math.log(Math.sqrt(epochs) * Math.abs(logit) / (2 * delta) + 1)
            + Math.log(2 * zeta * (2 * zeta + 1) / alpha);
    return delta * Math.sqrt(stitching.eta() * epochs * variance)
        + stitching.curve(variance * time, cost, (1 - 2 * p) / 3);
  }
}
