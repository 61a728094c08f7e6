package dev.weir.monitor.stats.distance;

import java.util.Arrays;
import java.util.List;

/**
 * A distribution given by its values at equally spaced probabilities 0, 1/n ... 1, straight lines
 * between them. Equal neighbours are an atom. Immutable.
 */
public final class Quantiles {
  private final double[] values;

  /**
   * @param values at least two finite numbers, ascending
   */
  public Quantiles(List<Double> values) {
    this.values = values.stream().mapToDouble(Double::doubleValue).toArray();
    if (this.values.length < 2) {
      throw new IllegalArgumentException(
          "quantiles: " + values.size() + " values (expected: at least 2)");
    }
    for (int i = 0; i < this.values.length; i++) {
      if (!Double.isFinite(this.values[i]) || (i > 0 && this.values[i] < this.values[i - 1])) {
        throw new IllegalArgumentException(
            "quantiles: " + this.values[i] + " at place " + i + " (expected: finite, ascending)");
      }
    }
  }

  /** Value at a probability, 0 to 1. */
  public double at(double probability) {
    double place = Math.clamp(probability, 0.0, 1.0) * (values.length - 1);
    int below = Math.min((int) place, values.length - 2);
    return values[below] + (place - below) * (values[below + 1] - values[below]);
  }

  /** Share of values that are less than {@code x}. */
  public double below(double x) {
    return cdf(x, firstAtLeast(x), x);
  }

  /** Share of values that are at most {@code x}. */
  public double upTo(double x) {
    int after = firstOver(x);
    return after > 0 && values[after - 1] == x
        ? (double) (after - 1) / (values.length - 1)
        : cdf(x, after, x);
  }

  private double cdf(double x, int next, double at) {
    if (next == 0) {
      return 0;
    }
    if (next == values.length) {
      return 1;
    }
    double low = values[next - 1];
    double high = values[next];
    double share = high > low ? (at - low) / (high - low) : 1;
    return (next - 1 + Math.clamp(share, 0.0, 1.0)) / (values.length - 1);
  }

  private int firstAtLeast(double x) {
    int place = Arrays.binarySearch(values, x);
    if (place < 0) {
      return -place - 1;
    }
    while (place > 0 && values[place - 1] == x) {
      place--;
    }
    return place;
  }

  private int firstOver(double x) {
    int place = Arrays.binarySearch(values, x);
    if (place < 0) {
      return -place - 1;
    }
    while (place < values.length && values[place] == x) {
      place++;
    }
    return place;
  }

  /** Edges of k buckets with equal shares of this distribution, equal ones left out, ascending. */
  public double[] edges(int buckets) {
    var edges = new double[buckets - 1];
    for (int i = 1; i < buckets; i++) {
      edges[i - 1] = at((double) i / buckets);
    }
    return Arrays.stream(edges).distinct().toArray();
  }

  /**
   * Shares of this distribution in the buckets that edges make: up to the first ... over the last.
   */
  public double[] shares(double[] edges) {
    var shares = new double[edges.length + 1];
    double below = 0;
    for (int i = 0; i < edges.length; i++) {
      double up = upTo(edges[i]);
      shares[i] = up - below;
      below = up;
    }
    shares[edges.length] = 1 - below;
    return shares;
  }

  /** Standard deviation. */
  public double standardDeviation() {
    double sum = 0;
    double squares = 0;
    int grid = 2_000;
    for (int i = 0; i < grid; i++) {
      double value = at((i + 0.5) / grid);
      sum += value;
      squares += value * value;
    }
    double mean = sum / grid;
    return Math.sqrt(Math.max(0, squares / grid - mean * mean));
  }
}
