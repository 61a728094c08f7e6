package dev.weir.monitor.stats.distance;

import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * Pearson's chi-square test of homogeneity of two rows of counts, without continuity correction.
 * One look, one sample; not valid when repeated.
 *
 * @param statistic sum over cells of (seen - expected) squared over expected
 * @param degreesOfFreedom cells that are not empty in both rows, less one
 * @param pValue chance of as much or more without a difference
 */
public record ChiSquare(double statistic, int degreesOfFreedom, double pValue) {
  /** The test of two rows with as many cells. */
  public static ChiSquare of(double[] one, double[] other) {
    double oneSum = 0;
    double otherSum = 0;
    int cells = 0;
    for (int i = 0; i < one.length; i++) {
      oneSum += one[i];
      otherSum += other[i];
      cells += one[i] + other[i] > 0 ? 1 : 0;
    }
    double all = oneSum + otherSum;
    double statistic = 0;
    for (int i = 0; i < one.length; i++) {
      double column = one[i] + other[i];
      if (column > 0) {
        statistic += part(one[i], oneSum * column / all) + part(other[i], otherSum * column / all);
      }
    }
    int degrees = Math.max(0, cells - 1);
    double p = degrees == 0 ? 1 : RegularizedGamma.Q.value(degrees / 2.0, statistic / 2);
    return new ChiSquare(statistic, degrees, p);
  }

  private static double part(double seen, double expected) {
    return expected == 0 ? 0 : (seen - expected) * (seen - expected) / expected;
  }
}
