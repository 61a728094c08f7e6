package dev.weir.monitor.stats;

import java.util.Arrays;

/**
 * Bets about the mean of a bounded number, as a function of counts alone: how many units had which
 * value. Immutable.
 *
 * <p>Unit i has a value x<sub>i</sub> whose mean, given everything before it, is D. For a fixed
 * {@code lambda} between 0 and {@code 1/(d - min x)}, {@code 1 + lambda (x - d)} is never negative
 * and has mean at most 1 when {@code D <= d}, so the product over units is an e-process for that
 * null, and the mean over a grid of lambdas is one too. With the sign turned it is one for {@code D
 * >= d}. Neither asks anything of D but the inequality: it may drift from unit to unit. Sources:
 * Waudby-Smith and Ramdas, arXiv 2010.09686 (betting); Shafer, J. R. Statist. Soc. A 184 (2021).
 *
 * <p>Lambdas are {@code 0.05 * 2^k * scale}, k from 0 to 9, cut off at 0.9 of what is allowed. The
 * best lambda for a difference D - d in values of variance v is about {@code (D - d)/v}; the grid
 * holds one within a factor of 1.5 of it for every difference that is to be found in less than
 * millions of units. It must not depend on the units' values, and it does not: scale, and the
 * values' range, are known before a unit's value is.
 */
final class MeanBets {
  private static final double SMALLEST = 0.05;
  private static final int LAMBDAS = 10;
  private static final double SHARE_OF_ALLOWED = 0.9;

  /**
   * Units that had the same value.
   *
   * @param value x
   * @param units how many, at least 0
   * @param range what their values could have been
   */
  record Cell(double value, long units, Range range) {}

  /**
   * What was known about a unit's value before it was seen.
   *
   * @param least smallest possible value
   * @param most largest possible value
   * @param scale factor of the lambdas, over 0: about 1 over the variance that a value of mean
   *     variance 1 has here
   */
  record Range(double least, double most, double scale) {}

  private final Cell[] cells;

  /** Bets on these units. */
  MeanBets(Cell... cells) {
    this.cells = Arrays.stream(cells).filter(cell -> cell.units() > 0).toArray(Cell[]::new);
  }

  /** Natural logarithm of the e-value against "the mean is at most {@code d}". */
  double logAbove(double d) {
    return logMixture(1, d);
  }

  /** Natural logarithm of the e-value against "the mean is at least {@code d}". */
  double logBelow(double d) {
    return logMixture(-1, d);
  }

  private double logMixture(int sign, double d) {
    var logs = new double[LAMBDAS];
    for (int k = 0; k < LAMBDAS; k++) {
      double grid = SMALLEST * (1 << k);
      for (Cell cell : cells) {
        Range range = cell.range();
        double loss = sign > 0 ? d - range.least() : range.most() - d;
        double lambda = grid * range.scale();
        if (loss > 0) {
          lambda = Math.min(lambda, SHARE_OF_ALLOWED / loss);
        }
        logs[k] += cell.units() * Math.log1p(sign * lambda * (cell.value() - d));
      }
    }
    return LogSpace.logMean(logs);
  }

  /**
   * The smallest d that "the mean is at most d" cannot be rejected for.
   *
   * @param logThreshold where it is rejected
   * @param from where to look, {@code from} is the answer when nothing is rejected
   * @param to upper end of where to look
   */
  double lowEnd(double logThreshold, double from, double to) {
    return boundary(logThreshold, from, to, 1);
  }

  /** The largest d that "the mean is at least d" cannot be rejected for; see {@link #lowEnd}. */
  double highEnd(double logThreshold, double from, double to) {
    return boundary(logThreshold, to, from, -1);
  }

  /** The evidence falls from {@code rejected} to {@code kept}: halves the way between them. */
  private double boundary(double logThreshold, double rejected, double kept, int sign) {
    if (logMixture(sign, rejected) < logThreshold) {
      return rejected;
    }
    double inside = kept;
    double outside = rejected;
    for (int i = 0; i < 24; i++) {
      double middle = (inside + outside) / 2;
      if (logMixture(sign, middle) < logThreshold) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return outside;
  }
}
