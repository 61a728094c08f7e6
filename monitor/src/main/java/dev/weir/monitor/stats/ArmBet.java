package dev.weir.monitor.stats;

/**
 * The logarithmic factors by which one bet on a unit's arm multiplies the e-value.
 *
 * <p>With o = rho/(1 - rho), the odds of the canary in the unit's draw, the bet says that the odds
 * given the outcome are {@code tilt * o}, against a null whose worst case is {@code boundary * o}:
 *
 * <pre>
 *   q  = tilt o / (1 + tilt o)             what is bet on
 *   q0 = boundary o / (1 + boundary o)     the null's boundary
 *   canary:    ln(q / q0)             = ln(tilt/boundary) + ln(1 + boundary o) - ln(1 + tilt o)
 *   baseline:  ln((1 - q) / (1 - q0)) =                     ln(1 + boundary o) - ln(1 + tilt o)
 * </pre>
 *
 * <p>If the true probability of the canary given the outcome is h, the factor's mean is {@code m(h)
 * = h q/q0 + (1 - h)(1 - q)/(1 - q0)}: linear in h, {@code m(q0) = 1}, slope of the sign of {@code
 * q - q0}. So the mean is 1 or less for every h &lt;= q0 when tilt &gt;= boundary, for every h
 * &gt;= q0 when tilt &lt;= boundary, and exactly 1 at h = q0.
 *
 * @param logCanary added when the unit turns out to be the canary's
 * @param logBaseline added when it turns out to be the baseline's
 */
record ArmBet(double logCanary, double logBaseline) {
  /**
   * @param odds o, positive and finite
   * @param boundary positive
   * @param tilt positive
   */
  static ArmBet of(double odds, double boundary, double tilt) {
    // Not log1p: the absolute error counts, and this is several times faster.
    double logBaseline = Math.log((1 + boundary * odds) / (1 + tilt * odds));
    return new ArmBet(Math.log(tilt / boundary) + logBaseline, logBaseline);
  }

  /** Logarithm of the product over many units. */
  double total(long canaryUnits, long baselineUnits) {
    return canaryUnits * logCanary + baselineUnits * logBaseline;
  }

  /**
   * Whether a unit drawn with this probability can be bet on: with 0 or 1 the arm is no news.
   *
   * @throws IllegalArgumentException if it is no probability
   */
  static boolean possible(double canaryProbability) {
    if (!(canaryProbability >= 0 && canaryProbability <= 1)) {
      throw new IllegalArgumentException(
          "canaryProbability: " + canaryProbability + " (expected: 0 to 1)");
    }
    return canaryProbability > 0 && canaryProbability < 1;
  }

  static double odds(double canaryProbability) {
    return canaryProbability / (1 - canaryProbability);
  }
}
