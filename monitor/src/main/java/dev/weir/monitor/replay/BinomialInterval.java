package dev.weir.monitor.replay;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * Where a share lies of which {@code hits} in {@code units} were seen: C. J. Clopper and E. S.
 * Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
 * Biometrika 26 (1934). It covers the true share in at least {@link #COVERAGE} of all cases,
 * however few units there are, when they are independent draws with that share.
 *
 * @param low 0 to 1; 0 when nothing was hit
 * @param high {@code low} to 1; 1 when everything was
 */
record BinomialInterval(double low, double high) {
  /** Least probability with which the true share is inside. */
  static final double COVERAGE = 0.95;

  private static final double TAIL = (1 - COVERAGE) / 2;
  private static final int HALVINGS = 60;

  /**
   * The interval.
   *
   * @param hits 0 to {@code units}
   * @param units at least 1
   */
  static BinomialInterval of(long hits, long units) {
    if (units < 1 || hits < 0 || hits > units) {
      throw new IllegalArgumentException(
          "hits: "
              + hits
              + " of "
              + units
              + " (expected: 0 to the units, of which there are some)");
    }
    // P(X >= hits) = I_p(hits, units - hits + 1) grows with p
    double low = hits == 0 ? 0 : root(p -> RegularizedBeta.value(p, hits, units - hits + 1) - TAIL);
    // P(X <= hits) = 1 - I_p(hits + 1, units - hits) falls
    double high =
        hits == units ? 1 : root(p -> TAIL - RegularizedBeta.complement(p, hits + 1, units - hits));
    return new BinomialInterval(low, high);
  }

  /** Where a growing function of 0 to 1 crosses zero. */
  private static double root(DoubleUnaryOperator growing) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (growing.applyAsDouble(middle) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /** "2.5 % to 44.5 %". */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f %% to %.1f %%", 100 * low, 100 * high);
  }
}
