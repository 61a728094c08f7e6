package dev.weir.local.calibration;

/**
 * Limits of a probability that was seen k times in n, Clopper and Pearson, Biometrika 26 (1934).
 */
final class Binomial {
  private static final double HALF_ERROR = 0.025;

  private Binomial() {}

  /** Smallest probability under which k or more have a chance of 0.025. */
  static double lowerLimit(int k, int n) {
    return k == 0 ? 0 : solve(p -> 1 - atMost(k - 1, n, p) >= HALF_ERROR);
  }

  /** Largest probability under which k or fewer have a chance of 0.025. */
  static double upperLimit(int k, int n) {
    return k == n ? 1 : solve(p -> atMost(k, n, p) <= HALF_ERROR);
  }

  private interface Beyond {
    boolean at(double p);
  }

  private static double solve(Beyond beyond) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (beyond.at(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static double atMost(int k, int n, double p) {
    double log = n * Math.log1p(-p);
    double sum = Math.exp(log);
    for (int i = 1; i <= k; i++) {
      log += Math.log((n - i + 1.0) / i) + Math.log(p) - Math.log1p(-p);
      sum += Math.exp(log);
    }
    return sum;
  }
}
