package dev.weir.monitor.stats.distance;

/** Distances of two distributions over the same categories, given as counts or shares. */
public final class Shares {
  private static final double HALF_COUNT = 0.5;

  private Shares() {}

  /**
   * Population stability index: {@code sum (q - p) ln(q/p)} with half a count added to each cell,
   * so that an empty one is not infinite. It has no idea of sample size: without any drift it is
   * about {@code (k - 1)(1/n + 1/m)} for k cells (Yurdakul and Naranjo, J. Risk Model Validation
   * 14, 2020).
   *
   * @param reference counts, at least one over 0
   * @param live counts of the same cells, at least one over 0
   */
  public static double populationStabilityIndex(double[] reference, double[] live) {
    double[] p = shares(smoothed(reference));
    double[] q = shares(smoothed(live));
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += (q[i] - p[i]) * Math.log(q[i] / p[i]);
    }
    return sum;
  }

  /**
   * Jensen-Shannon distance, base 2: the root of the divergence, 0 (same) to 1 (nothing in common).
   * Lin, IEEE Trans. Inf. Theory 37 (1991); Endres and Schindelin 49 (2003).
   */
  public static double jensenShannon(double[] reference, double[] live) {
    double[] p = shares(reference);
    double[] q = shares(live);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double middle = (p[i] + q[i]) / 2;
      sum += relative(p[i], middle) + relative(q[i], middle);
    }
    return Math.sqrt(Math.max(0, sum / 2 / Math.log(2)));
  }

  private static double relative(double p, double q) {
    return p == 0 ? 0 : p * Math.log(p / q);
  }

  /** Hellinger distance, 0 (same) to 1 (nothing in common). */
  public static double hellinger(double[] reference, double[] live) {
    double[] p = shares(reference);
    double[] q = shares(live);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double difference = Math.sqrt(p[i]) - Math.sqrt(q[i]);
      sum += difference * difference;
    }
    return Math.sqrt(sum / 2);
  }

  /** Largest difference of a category's shares, 0 to 1. */
  public static double largestDifference(double[] reference, double[] live) {
    double[] p = shares(reference);
    double[] q = shares(live);
    double largest = 0;
    for (int i = 0; i < p.length; i++) {
      largest = Math.max(largest, Math.abs(p[i] - q[i]));
    }
    return largest;
  }

  private static double[] smoothed(double[] counts) {
    var smoothed = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      smoothed[i] = counts[i] + HALF_COUNT;
    }
    return smoothed;
  }

  private static double[] shares(double[] counts) {
    double sum = 0;
    for (double count : counts) {
      if (!(count >= 0)) {
        throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
      }
      sum += count;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("counts: sum " + sum + " (expected: over 0)");
    }
    var shares = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      shares[i] = counts[i] / sum;
    }
    return shares;
  }
}
