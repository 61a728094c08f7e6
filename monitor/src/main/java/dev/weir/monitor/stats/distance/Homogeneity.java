package dev.weir.monitor.stats.distance;

import java.util.Arrays;
import org.apache.commons.statistics.inference.FisherExactTest;

/**
 * Whether two rows of counts can be of one distribution: by {@link ChiSquare}; two cells of which
 * one is expected to hold fewer than five, where chi-square is not right (Cochran, "Some methods
 * for strengthening the common chi-square tests", Biometrics 10, 1954), by Fisher's exact test. One
 * look, one sample; not valid when repeated.
 */
public final class Homogeneity {
  private static final double ENOUGH = 5;

  /** Beyond it no cell of a table that matters here is small. */
  private static final double LARGEST = 1e6;

  private Homogeneity() {}

  /**
   * Chance of rows as different or more without a difference.
   *
   * @param one counts by cell; parts of counts are rounded where whole ones are needed
   * @param other of as many cells
   */
  public static double pValue(double[] one, double[] other) {
    if (one.length != 2 || other.length != 2 || leastExpected(one, other) >= ENOUGH) {
      return ChiSquare.of(one, other).pValue();
    }
    int[][] table = {whole(one), whole(other)};
    boolean emptyRowOrColumn =
        sum(table[0]) == 0
            || sum(table[1]) == 0
            || table[0][0] + table[1][0] == 0
            || table[0][1] + table[1][1] == 0;
    return emptyRowOrColumn ? 1 : FisherExactTest.withDefaults().test(table).getPValue();
  }

  private static double leastExpected(double[] one, double[] other) {
    double oneSum = one[0] + one[1];
    double otherSum = other[0] + other[1];
    double all = oneSum + otherSum;
    if (all > LARGEST) {
      return ENOUGH;
    }
    double rarer = Math.min(one[0] + other[0], one[1] + other[1]);
    return all == 0 ? 0 : rarer * Math.min(oneSum, otherSum) / all;
  }

  private static int[] whole(double[] counts) {
    return Arrays.stream(counts).mapToInt(count -> (int) Math.round(count)).toArray();
  }

  private static int sum(int[] counts) {
    return counts[0] + counts[1];
  }
}
