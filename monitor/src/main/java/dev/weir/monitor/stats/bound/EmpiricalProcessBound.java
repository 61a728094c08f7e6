package dev.weir.monitor.stats.bound;

import dev.weir.platform.error.InvalidValueException;

/**
 * A band of one width around the empirical distribution function that holds from a first sample
 * size on: for independent, identically distributed values {@code P(sup |F_n - F| > A sqrt((ln ln(e
 * n/m) + C)/n) at any n >= m) <= alpha}. Howard and Ramdas (2022), the empirical process's finite
 * law of the iterated logarithm, with C such that
 *
 * <pre>
 *   alpha = inf over eta of 4 exp(-gamma^2 C) (1 + 1/((gamma^2 - 1) ln eta)),
 *   gamma = sqrt(2/eta) (A - sqrt(2 (eta - 1)/C)) > 1,   1 &lt; eta &lt; 2 A^2
 * </pre>
 *
 * <p>The infimum is taken over a grid, so C can be too large by a little, never too small.
 */
public final class EmpiricalProcessBound {
  private static final int GRID = 2_000;
  private static final double SMALLEST_STEP = 1e-6;

  private final long firstTime;
  private final double a;
  private final double c;

  /** With A 0.85, as in the paper's examples. */
  public EmpiricalProcessBound(long firstTime, double alpha) {
    this(firstTime, alpha, 0.85);
  }

  /**
   * The band of one level.
   *
   * @param firstTime m: values from which on it holds, 1 or more
   * @param alpha over 0 and under 1
   * @param a A, over the root of 1/2 and at most 100: small is tight for ever, large is tight at m
   */
  public EmpiricalProcessBound(long firstTime, double alpha, double a) {
    this.firstTime = Ranges.atLeast("firstTime", firstTime, 1);
    Ranges.insideUnit("alpha", alpha);
    if (!(a * a > 0.5 + SMALLEST_STEP && a <= 100)) {
      throw new InvalidValueException("a", a, "over 0.7072, at most 100");
    }
    this.a = a;
    double most = 1;
    while (logError(a, most) > Math.log(alpha)) {
      most *= 2;
    }
    this.c = Bisection.crossing(c -> Math.log(alpha) - logError(a, c), 0, most);
  }

  private static double logError(double a, double c) {
    double widest = 2 * a * a - 1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < GRID; i++) {
      double step = widest * Math.pow(SMALLEST_STEP, (i + 0.5) / GRID);
      double eta = 1 + step;
      double gamma = Math.sqrt(2 / eta) * (a - Math.sqrt(2 * step / c));
      if (gamma > 1) {
        double square = gamma * gamma;
        least = Math.min(least, -square * c + Math.log1p(1 / ((square - 1) * Math.log1p(step))));
      }
    }
    return Math.log(4) + least;
  }

  /**
   * Half the band's width, in probability.
   *
   * @param values n, m or more
   */
  public double radius(long values) {
    Ranges.atLeast("values", values, firstTime);
    double n = values;
    return a * Math.sqrt((Math.log1p(Math.log(n / firstTime)) + c) / n);
  }
}
