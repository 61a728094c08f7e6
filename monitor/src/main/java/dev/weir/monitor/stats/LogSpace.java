package dev.weir.monitor.stats;

/** Sums of numbers that are kept as natural logarithms, because e-values overflow a double. */
final class LogSpace {
  private LogSpace() {}

  /** {@code ln(sum of exp(log))}; negative infinity for no terms. */
  static double logSum(double[] logs) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      largest = Math.max(largest, log);
    }
    if (largest == Double.NEGATIVE_INFINITY || largest == Double.POSITIVE_INFINITY) {
      return largest;
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    return largest + Math.log(sum);
  }

  /** {@code ln(mean of exp(log))}, at least one term. */
  static double logMean(double[] logs) {
    return logSum(logs) - Math.log(logs.length);
  }
}
