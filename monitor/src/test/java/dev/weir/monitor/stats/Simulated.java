package dev.weir.monitor.stats;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Random counts for simulations, all from one seed. */
final class Simulated {
  private final RandomGenerator random;

  Simulated(long seed) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  double uniform() {
    return random.nextDouble();
  }

  double gaussian() {
    return random.nextGaussian();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  long unit() {
    return random.nextLong() | 1;
  }

  /** Counts of n draws that fall into categories of these probabilities, which sum to 1. */
  long[] multinomial(long n, double[] probabilities) {
    var counts = new long[probabilities.length];
    long left = n;
    double mass = 1;
    for (int i = 0; i < counts.length && left > 0; i++) {
      counts[i] =
          i == counts.length - 1
              ? left
              : binomial(left, Math.min(1, probabilities[i] / Math.max(mass, 1e-300)));
      left -= counts[i];
      mass -= probabilities[i];
    }
    return counts;
  }

  /** Successes of n draws with probability p. */
  long binomial(long n, double p) {
    if (n == 0 || p <= 0) {
      return 0;
    }
    if (p >= 1) {
      return n;
    }
    if (p > 0.5) {
      return n - binomial(n, 1 - p);
    }
    return n * p < 10 ? byGaps(n, p) : byRejection(n, p);
  }

  /** Jumps from success to success: gaps between them are geometric. */
  private long byGaps(long n, double p) {
    double logMiss = Math.log1p(-p);
    long successes = 0;
    double position = 0;
    while (true) {
      position += 1 + Math.floor(-random.nextExponential() / logMiss);
      if (position > n) {
        return successes;
      }
      successes++;
    }
  }

  /** Transformed rejection with squeeze; W. Hormann, J. Stat. Comput. Simul. 46 (1993), "BTRS". */
  private long byRejection(long n, double p) {
    double q = 1 - p;
    double spread = Math.sqrt(n * p * q);
    double b = 1.15 + 2.53 * spread;
    double a = -0.0873 + 0.0248 * b + 0.01 * p;
    double centre = n * p + 0.5;
    double squeeze = 0.92 - 4.2 / b;
    double alpha = (2.83 + 5.1 / b) * spread;
    double mode = Math.floor((n + 1) * p);
    double ratio = p / q;
    while (true) {
      double v = random.nextDouble();
      double u = random.nextDouble() - 0.5;
      double us = 0.5 - Math.abs(u);
      double k = Math.floor((2 * a / us + b) * u + centre);
      if (us >= 0.07 && v <= squeeze) {
        return (long) k;
      }
      if (k < 0 || k > n) {
        continue;
      }
      double bound =
          (mode + 0.5) * Math.log((mode + 1) / (ratio * (n - mode + 1)))
              + (n + 1) * Math.log((n - mode + 1) / (n - k + 1))
              + (k + 0.5) * Math.log(ratio * (n - k + 1) / (k + 1))
              + stirlingRest(mode)
              + stirlingRest(n - mode)
              - stirlingRest(k)
              - stirlingRest(n - k);
      if (Math.log(v * alpha / (a / (us * us) + b)) <= bound) {
        return (long) k;
      }
    }
  }

  /** {@code ln k! - ((k + 1/2) ln(k + 1) - (k + 1) + ln(2 pi)/2)}. */
  private static double stirlingRest(double k) {
    if (k < STIRLING_REST.length) {
      return STIRLING_REST[(int) k];
    }
    double x = k + 1;
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / (x * x)) / (x * x)) / x;
  }

  private static final double[] STIRLING_REST = new double[10];

  static {
    double logFactorial = 0;
    for (int k = 0; k < STIRLING_REST.length; k++) {
      logFactorial += k > 0 ? Math.log(k) : 0;
      STIRLING_REST[k] =
          logFactorial - ((k + 0.5) * Math.log(k + 1) - (k + 1) + 0.5 * Math.log(2 * Math.PI));
    }
  }
}
