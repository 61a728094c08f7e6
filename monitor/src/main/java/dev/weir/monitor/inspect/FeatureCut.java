package dev.weir.monitor.inspect;

import dev.weir.monitor.watch.TensorValues;
import dev.weir.proto.registry.v1.FeatureReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One feature, cut into buckets: its most frequent categories and "(other)", or the tenths of its
 * reference; then "(unusual)" for what the reference does not have, and "(missing)". Immutable.
 *
 * @param name feature
 * @param index place in the last dimension of the input
 * @param names names of the buckets
 * @param edges upper ends of all numeric buckets but the last, ascending; empty for categories
 * @param categories bucket of each category; empty for numbers
 * @param low least usual number
 * @param high greatest usual number
 */
record FeatureCut(
    String name,
    int index,
    List<String> names,
    List<Double> edges,
    Map<String, Integer> categories,
    double low,
    double high) {
  private static final int MAX_CATEGORIES = 30;
  private static final int TENTHS = 10;

  /** As the standing watch has it: the range of the reference widened by a tenth. */
  private static final double WIDENED = 0.1;

  static Optional<FeatureCut> of(FeatureReference feature) {
    if (feature.getQuantilesCount() >= 2) {
      return Optional.of(numbers(feature));
    }
    return feature.getCategoriesCount() > 0 ? Optional.of(categories(feature)) : Optional.empty();
  }

  private static FeatureCut numbers(FeatureReference feature) {
    int last = feature.getQuantilesCount() - 1;
    double min = feature.getQuantiles(0);
    double max = feature.getQuantiles(last);
    var edges = new ArrayList<Double>();
    for (int tenth = 1; tenth < TENTHS; tenth++) {
      double edge = feature.getQuantiles((int) Math.round((double) tenth * last / TENTHS));
      if (edge > (edges.isEmpty() ? min : edges.getLast()) && edge < max) {
        edges.add(edge);
      }
    }
    var names = new ArrayList<String>();
    for (int i = 0; i <= edges.size(); i++) {
      names.add(
          "%s to %s"
              .formatted(
                  show(i == 0 ? min : edges.get(i - 1)),
                  show(i == edges.size() ? max : edges.get(i))));
    }
    double margin = WIDENED * (max - min);
    return of(feature, names, edges, Map.of(), min - margin, max + margin);
  }

  private static FeatureCut categories(FeatureReference feature) {
    var names = new ArrayList<String>();
    var buckets = new HashMap<String, Integer>();
    feature.getCategoriesMap().entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(category -> {
          if (names.size() < MAX_CATEGORIES) {
            names.add(category.getKey());
          }
          buckets.put(category.getKey(), Math.min(buckets.size(), MAX_CATEGORIES));
        });
    if (buckets.size() > MAX_CATEGORIES) {
      names.add("(other)");
    }
    return of(feature, names, List.of(), buckets, 0, 0);
  }

  private static FeatureCut of(
      FeatureReference feature,
      List<String> usual,
      List<Double> edges,
      Map<String, Integer> categories,
      double low,
      double high) {
    var names = new ArrayList<>(usual);
    names.add("(unusual)");
    names.add("(missing)");
    return new FeatureCut(
        feature.getName(),
        feature.getIndex(),
        List.copyOf(names),
        List.copyOf(edges),
        Map.copyOf(categories),
        low,
        high);
  }

  private static String show(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(java.util.Locale.ROOT, "%.4g", value);
  }

  /** Bucket of the first row's value. */
  int bucket(TensorValues values, int column) {
    if (!categories.isEmpty()) {
      String value = values.text(0, column);
      if (value.equals("NaN")) {
        return names.size() - 1;
      }
      return categories.getOrDefault(value, names.size() - 2);
    }
    double value = values.number(0, column);
    if (!Double.isFinite(value)) {
      return names.size() - 1;
    }
    if (value < low || value > high) {
      return names.size() - 2;
    }
    int bucket = 0;
    while (bucket < edges.size() && value >= edges.get(bucket)) {
      bucket++;
    }
    return bucket;
  }

  boolean isUnusual(int bucket) {
    return bucket == names.size() - 2;
  }
}
