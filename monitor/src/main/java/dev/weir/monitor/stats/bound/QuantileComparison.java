package dev.weir.monitor.stats.bound;

import java.util.Arrays;

/**
 * An always-valid p-value for "both samples come from distributions with the same p-quantile", not
 * necessarily the same otherwise. Howard and Ramdas (2022), section on A/B tests: at each x the two
 * {@link BetaBinomialMixture}s of "p of the values are at or under x" multiply; at the true
 * quantile their product is an e-process, so the least over x is no more than one:
 *
 * <pre>
 *   p-value = min(1, exp(-min over x of (G1(x) + G2(x))))
 * </pre>
 *
 * <p>Values that equal x count as under or over it, whichever speaks less against x. Each sample's
 * values are taken as independent and identically distributed. It can be looked at as often as one
 * likes: under the null it is ever at most alpha with probability alpha or less.
 *
 * @param p the quantile, over 0 and under 1
 * @param alpha level for which it is tuned, over 0 and under 1/2
 * @param tightestAt values of each sample at which it shall be about tightest, 1 or more
 */
public record QuantileComparison(double p, double alpha, long tightestAt) {
  public QuantileComparison {
    Ranges.insideUnit("p", p);
    Ranges.insideUnit("alpha", alpha);
    Ranges.insideUnit("2 alpha", 2 * alpha);
    Ranges.atLeast("tightestAt", tightestAt, 1);
  }

  /** The p-value of two samples, any order; 1 while one of them is empty. Values are not NaN. */
  public double pValue(double[] one, double[] other) {
    if (one.length == 0 || other.length == 0) {
      return 1;
    }
    var first = new Ranks(one);
    var second = new Ranks(other);
    double least =
        Math.min(
            Arrays.stream(one).map(x -> first.against(x) + second.against(x)).min().orElseThrow(),
            Arrays.stream(other)
                .map(x -> first.against(x) + second.against(x))
                .min()
                .orElseThrow());
    return Math.min(1, Math.exp(-least));
  }

  /** One sample's evidence against each x. Between two values it is no less than at either. */
  private final class Ranks {
    private final double[] sorted;
    private final BetaBinomialMixture mixture;
    private final int likeliest;

    Ranks(double[] values) {
      this.sorted = values.clone();
      Arrays.sort(sorted);
      double variance = p * (1 - p);
      this.mixture =
          BetaBinomialMixture.tightestAt(
              new Tuning(tightestAt * variance, alpha), p, 1 - p, Sides.TWO);
      this.likeliest = likeliest();
    }

    double against(double x) {
      return logValue(Math.clamp(likeliest, firstAtLeast(x), firstOver(x)));
    }

    private double logValue(int under) {
      double n = sorted.length;
      return mixture.logValue(under - n * p, n * p * (1 - p));
    }

    /** The count with the least evidence; the evidence is convex in the count. */
    private int likeliest() {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (logValue(middle) <= logValue(middle + 1)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }

    private int firstAtLeast(double x) {
      int low = 0;
      int high = sorted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sorted[middle] >= x) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }

    private int firstOver(double x) {
      return firstAtLeast(Math.nextUp(x));
    }
  }
}
