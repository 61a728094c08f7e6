package dev.weir.monitor.watch;

import dev.weir.monitor.stats.distance.Homogeneity;
import dev.weir.monitor.stats.distance.KolmogorovSmirnov;
import dev.weir.monitor.stats.distance.Quantiles;
import dev.weir.monitor.stats.distance.Shares;
import dev.weir.monitor.stats.distance.Wasserstein;
import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.monitor.stats.sketch.NumberSketch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a window is from the reference, in the numbers that people know. Describes, never
 * triggers: none of them knows how often it is looked at, most of them not even how many values
 * there were.
 *
 * @param rows values in the window
 * @param kolmogorovSmirnov largest distance of the distribution functions; NaN for categories
 * @param kolmogorovSmirnovP its p-value in one look; NaN for categories
 * @param stabilityIndex PSI over tenths of the reference, or over its categories
 * @param jensenShannon distance, base 2, over the same cells
 * @param hellinger distance over the same cells
 * @param largestDifference of a cell's share (L-infinity)
 * @param chiSquareP p-value in one look over the same cells; of Fisher's exact test where two cells
 *     hold too little for chi-square
 * @param wasserstein in standard deviations of the reference; NaN for categories
 */
record Panel(
    long rows,
    double kolmogorovSmirnov,
    double kolmogorovSmirnovP,
    double stabilityIndex,
    double jensenShannon,
    double hellinger,
    double largestDifference,
    double chiSquareP,
    double wasserstein) {
  private static final int BUCKETS = 10;
  private static final int GRID = 200;

  /**
   * Cells of a histogram, reference beside live.
   *
   * @param names of the cells
   * @param reference shares
   * @param live shares
   */
  record Histogram(List<String> names, double[] reference, double[] live) {}

  /** A window of numbers against a reference. */
  static Panel of(Quantiles reference, long referenceRows, NumberSketch live) {
    double[] edges = reference.edges(BUCKETS);
    double[] expected = scaled(reference.shares(edges), referenceRows);
    double[] seen = live.counts(edges);
    double distance = 0;
    for (int i = 1; i < GRID; i++) {
      double at = reference.at((double) i / GRID);
      distance = Math.max(distance, Math.abs(reference.upTo(at) - live.rank(at)));
    }
    double deviation = reference.standardDeviation();
    return new Panel(
        live.finite(),
        distance,
        KolmogorovSmirnov.asymptotic(distance, referenceRows, live.finite()),
        Shares.populationStabilityIndex(expected, seen),
        Shares.jensenShannon(expected, seen),
        Shares.hellinger(expected, seen),
        Shares.largestDifference(expected, seen),
        Homogeneity.pValue(expected, seen),
        deviation > 0
            ? Wasserstein.ofQuantiles(reference::at, live::quantile) / deviation
            : Double.NaN);
  }

  /** A window of categories against a reference. */
  static Panel of(Map<String, Double> reference, long referenceRows, CategorySketch live) {
    Histogram cells = histogram(reference, live);
    double[] expected = scaled(cells.reference(), referenceRows);
    double[] seen = scaled(cells.live(), live.present());
    return new Panel(
        live.present(),
        Double.NaN,
        Double.NaN,
        Shares.populationStabilityIndex(expected, seen),
        Shares.jensenShannon(expected, seen),
        Shares.hellinger(expected, seen),
        Shares.largestDifference(expected, seen),
        Homogeneity.pValue(expected, seen),
        Double.NaN);
  }

  static Histogram histogram(Quantiles reference, NumberSketch live) {
    double[] edges = reference.edges(BUCKETS);
    var names = new java.util.ArrayList<String>();
    for (int i = 0; i <= edges.length; i++) {
      names.add(
          i == 0
              ? "up to " + short4(edges[0])
              : i == edges.length
                  ? "over " + short4(edges[i - 1])
                  : short4(edges[i - 1]) + " to " + short4(edges[i]));
    }
    return new Histogram(names, reference.shares(edges), shares(live.counts(edges), live.finite()));
  }

  static Histogram histogram(Map<String, Double> reference, CategorySketch live) {
    var names = new TreeMap<String, Double>(reference);
    live.counts().keySet().forEach(name -> names.putIfAbsent(name, 0.0));
    var order = List.copyOf(names.keySet());
    double present = Math.max(1, live.present());
    return new Histogram(
        order,
        order.stream().mapToDouble(name -> names.getOrDefault(name, 0.0)).toArray(),
        order.stream()
            .mapToDouble(name -> live.counts().getOrDefault(name, 0L) / present)
            .toArray());
  }

  private static String short4(double value) {
    return String.format(java.util.Locale.ROOT, "%.4g", value);
  }

  private static double[] shares(double[] counts, double sum) {
    return scaled(counts, 1 / Math.max(1, sum));
  }

  private static double[] scaled(double[] values, double factor) {
    var scaled = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = values[i] * factor;
    }
    return scaled;
  }
}
