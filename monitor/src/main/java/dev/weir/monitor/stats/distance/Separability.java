package dev.weir.monitor.stats.distance;

/**
 * How well two samples of rows can be told apart: the area under the ROC curve of a logistic
 * classifier of the centred columns and their squares, judged on rows that it was not fitted to
 * (two folds; Lopez-Paz and Oquab, arXiv 1610.06545). About 0.5 without a difference, 1 when every
 * row shows where it is from. It sees shifts and spreads of many columns together, not their
 * correlations; {@link MeanDiscrepancy} sees those. One look; not valid when repeated.
 *
 * @param area 0.5 without a difference, 0 to 1; mean of the folds
 * @param pValue chance of so clear a fold or clearer without a difference: {@link MannWhitney}'s of
 *     each fold, the less of them twice
 */
public record Separability(double area, double pValue) {
  private static final int STEPS = 200;
  private static final double RIDGE = 0.01;

  /**
   * Compares two samples.
   *
   * @param one at least four rows of as many finite numbers
   * @param other likewise
   */
  public static Separability of(double[][] one, double[][] other) {
    if (one.length < 4 || other.length < 4) {
      throw new IllegalArgumentException(
          "rows: %d and %d (expected: at least 4 each)".formatted(one.length, other.length));
    }
    double[][] rows = standardised(one, other);
    var scores = new double[rows.length];
    double area = 0;
    double least = 1;
    for (int fold = 0; fold < 2; fold++) {
      double[] weights = fit(rows, one.length, fold);
      for (int i = 0; i < rows.length; i++) {
        scores[i] = score(weights, rows[i]);
      }
      MannWhitney test =
          MannWhitney.of(
              held(scores, 0, one.length, fold), held(scores, one.length, rows.length, fold));
      area += test.area();
      least = Math.min(least, test.pValue());
    }
    return new Separability(area / 2, Math.min(1, 2 * least));
  }

  /** Those of a fold that the classifier was not fitted to: every second one of each sample. */
  private static double[] held(double[] scores, int from, int to, int fold) {
    var held = new double[(to - from + 1 - fold) / 2];
    for (int i = 0; i < held.length; i++) {
      held[i] = scores[from + fold + 2 * i];
    }
    return held;
  }

  /** Both samples, centred columns and their squares, each of variance 1. */
  private static double[][] standardised(double[][] one, double[][] other) {
    int columns = one[0].length;
    var rows = new double[one.length + other.length][2 * columns];
    for (int i = 0; i < rows.length; i++) {
      double[] from = i < one.length ? one[i] : other[i - one.length];
      System.arraycopy(from, 0, rows[i], 0, columns);
    }
    for (int column = 0; column < columns; column++) {
      standardise(rows, column);
      for (double[] row : rows) {
        row[columns + column] = row[column] * row[column];
      }
      standardise(rows, columns + column);
    }
    return rows;
  }

  private static void standardise(double[][] rows, int column) {
    double sum = 0;
    for (double[] row : rows) {
      sum += row[column];
    }
    double mean = sum / rows.length;
    double squares = 0;
    for (double[] row : rows) {
      row[column] -= mean;
      squares += row[column] * row[column];
    }
    double deviation = Math.sqrt(squares / rows.length);
    for (double[] row : rows) {
      row[column] = deviation > 0 ? row[column] / deviation : 0;
    }
  }

  /**
   * Logistic regression by gradient steps, on the rows of the other fold; last weight: constant.
   */
  private static double[] fit(double[][] rows, int oneRows, int fold) {
    int columns = rows[0].length;
    var weights = new double[columns + 1];
    // A quarter of the columns bounds the curvature of the mean loss.
    double step = 4.0 / (columns + 1);
    for (int i = 0; i < STEPS; i++) {
      var gradient = new double[columns + 1];
      int used = 0;
      for (int r = 0; r < rows.length; r++) {
        int place = r < oneRows ? r : r - oneRows;
        if (place % 2 != fold) {
          double error = 1 / (1 + Math.exp(-score(weights, rows[r]))) - (r < oneRows ? 0 : 1);
          for (int c = 0; c < columns; c++) {
            gradient[c] += error * rows[r][c];
          }
          gradient[columns] += error;
          used++;
        }
      }
      for (int c = 0; c <= columns; c++) {
        weights[c] -= step * (gradient[c] / used + (c < columns ? RIDGE * weights[c] : 0));
      }
    }
    return weights;
  }

  private static double score(double[] weights, double[] row) {
    double sum = weights[row.length];
    for (int i = 0; i < row.length; i++) {
      sum += weights[i] * row[i];
    }
    return sum;
  }
}
