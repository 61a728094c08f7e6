package dev.weir.monitor.stats.distance;

import java.util.Arrays;

/**
 * Squared maximum mean discrepancy of two samples of rows, unbiased, with a Gaussian kernel whose
 * width is the median distance of the rows of both (Gretton et al., J. Mach. Learn. Res. 13, 2012).
 * About 0 without a difference, may be a little under. Takes time proportional to the square of the
 * rows: give it a few hundred.
 */
public final class MeanDiscrepancy {
  private MeanDiscrepancy() {}

  /**
   * The discrepancy.
   *
   * @param one at least two rows of as many numbers
   * @param other likewise; columns should be on like scales
   */
  public static double squared(double[][] one, double[][] other) {
    double gamma = 1 / (2 * medianSquaredDistance(one, other));
    return within(one, gamma) + within(other, gamma) - 2 * between(one, other, gamma);
  }

  private static double medianSquaredDistance(double[][] one, double[][] other) {
    var all = new double[one.length + other.length][];
    System.arraycopy(one, 0, all, 0, one.length);
    System.arraycopy(other, 0, all, one.length, other.length);
    var distances = new double[all.length * (all.length - 1) / 2];
    int place = 0;
    for (int i = 0; i < all.length; i++) {
      for (int j = 0; j < i; j++) {
        distances[place++] = squaredDistance(all[i], all[j]);
      }
    }
    Arrays.sort(distances);
    double median = distances[distances.length / 2];
    return median > 0 ? median : 1;
  }

  private static double within(double[][] rows, double gamma) {
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * Math.exp(-gamma * squaredDistance(rows[i], rows[j]));
      }
    }
    return sum / ((double) rows.length * (rows.length - 1));
  }

  private static double between(double[][] one, double[][] other, double gamma) {
    double sum = 0;
    for (double[] row : one) {
      for (double[] otherRow : other) {
        sum += Math.exp(-gamma * squaredDistance(row, otherRow));
      }
    }
    return sum / ((double) one.length * other.length);
  }

  private static double squaredDistance(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = one[i] - other[i];
      sum += difference * difference;
    }
    return sum;
  }
}
