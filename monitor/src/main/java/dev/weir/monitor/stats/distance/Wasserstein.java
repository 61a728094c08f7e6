package dev.weir.monitor.stats.distance;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Wasserstein-1 (earth mover's) distance, in the unit of the values. */
public final class Wasserstein {
  private static final int GRID = 512;

  private Wasserstein() {}

  /** Distance of two samples: the area between their distribution functions. */
  public static double of(double[] one, double[] other) {
    double[] x = one.clone();
    double[] y = other.clone();
    Arrays.sort(x);
    Arrays.sort(y);
    double sum = 0;
    double last = Math.min(x[0], y[0]);
    int i = 0;
    int j = 0;
    while (i < x.length || j < y.length) {
      double at = j >= y.length || (i < x.length && x[i] <= y[j]) ? x[i] : y[j];
      sum += (at - last) * Math.abs((double) i / x.length - (double) j / y.length);
      last = at;
      while (i < x.length && x[i] <= at) {
        i++;
      }
      while (j < y.length && y[j] <= at) {
        j++;
      }
    }
    return sum;
  }

  /**
   * Distance of two distributions by their quantile functions: the mean of |F⁻¹(u) - G⁻¹(u)| over
   * 512 equally spaced u.
   */
  public static double ofQuantiles(DoubleUnaryOperator one, DoubleUnaryOperator other) {
    double sum = 0;
    for (int i = 0; i < GRID; i++) {
      double u = (i + 0.5) / GRID;
      sum += Math.abs(one.applyAsDouble(u) - other.applyAsDouble(u));
    }
    return sum / GRID;
  }
}
