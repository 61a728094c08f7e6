package dev.weir.monitor.privacy;

import java.util.random.RandomGenerator;

/**
 * Noise for a whole number that one sample changes by at most 1: {@code P(x)} is proportional to
 * {@code exp(-epsilon |x|)}, which makes the noisy number epsilon-differentially private. It is the
 * two-sided geometric mechanism of Ghosh, Roughgarden and Sundararajan, "Universally
 * Utility-Maximizing Privacy Mechanisms" (2009), drawn exactly by Algorithms 1 and 2 of Canonne,
 * Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020).
 *
 * <p>No floating-point number takes part: noise made from the logarithm of a random double has gaps
 * that give the true value away (Mironov, "On Significance of the Least Significant Bits for
 * Differential Privacy", 2012). How long a draw takes depends on the noise; a release is drawn once
 * and stored, so nobody can time it again and again.
 *
 * <p>The generator must be one that cannot be predicted. Not thread-safe beyond it.
 */
final class DiscreteLaplace {
  private final RandomGenerator random;

  /**
   * @param random {@link dev.weir.platform.time.Randomness#secure}; a seeded one in tests only
   */
  DiscreteLaplace(RandomGenerator random) {
    this.random = random;
  }

  /** A draw. */
  long next(Epsilon epsilon) {
    // epsilon = s/t
    long s = epsilon.millionths();
    long t = Epsilon.UNIT;
    while (true) {
      long u = random.nextLong(t);
      if (!happens(u, t)) {
        continue;
      }
      long v = 0;
      while (happens(1, 1)) {
        v++;
      }
      long magnitude = (u + t * v) / s;
      boolean negative = random.nextBoolean();
      // zero has one sign only
      if (!negative || magnitude != 0) {
        return negative ? -magnitude : magnitude;
      }
    }
  }

  /**
   * An event of probability {@code exp(-numerator/denominator)}: the number of the first failure in
   * a row of events of probability {@code gamma/k} is odd (von Neumann).
   *
   * @param numerator 0 to {@code denominator}
   */
  private boolean happens(long numerator, long denominator) {
    long k = 1;
    while (random.nextLong(denominator * k) < numerator) {
      k++;
    }
    return k % 2 == 1;
  }

  /** Smallest number that the noise stays within with probability 0.95 or more. */
  static long within95(Epsilon epsilon) {
    // P(|x| > n) = 2 a^(n+1) / (1 + a) with a = exp(-epsilon)
    double e = epsilon.value();
    double n = Math.log(0.05 * (1 + Math.exp(-e)) / 2) / -e - 1;
    return Math.max(0, (long) Math.ceil(n));
  }
}
