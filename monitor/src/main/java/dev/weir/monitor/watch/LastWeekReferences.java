package dev.weir.monitor.watch;

import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.proto.registry.v1.FeatureReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes references of what was seen a week ago. */
final class LastWeekReferences {
  private static final int GRID = 100;
  private static final long LEAST_VALUES = 500;

  /**
   * A sketch of numbers is as exact as a sample of so many values: its rank error of 1.33 % with 99
   * % confidence is 2.58 standard errors.
   */
  private static final double WORTH_OF_SKETCH = 9_000;

  private LastWeekReferences() {}

  /**
   * References by the rows that each is worth; of what came fewer than 500 times there is none.
   *
   * @param seen by feature, index -1 for predictions
   */
  static Map<FeatureReference, Long> of(Map<FeatureReference, Sketch> seen) {
    var references = new LinkedHashMap<FeatureReference, Long>();
    seen.forEach((feature, sketch) -> {
      long values =
          switch (sketch) {
            case NumberSketch numbers -> numbers.finite();
            case CategorySketch categories -> categories.present();
          };
      if (values >= LEAST_VALUES) {
        reference(feature, sketch)
            .ifPresent(reference -> references.put(reference, worth(sketch, values)));
      }
    });
    return references;
  }

  private static long worth(Sketch sketch, long values) {
    return switch (sketch) {
      case NumberSketch _ -> Math.round(1 / (1.0 / values + 1 / WORTH_OF_SKETCH));
      case CategorySketch _ -> values;
    };
  }

  private static Optional<FeatureReference> reference(FeatureReference feature, Sketch sketch) {
    FeatureReference.Builder reference =
        FeatureReference.newBuilder().setName(feature.getName()).setIndex(feature.getIndex());
    switch (sketch) {
      case NumberSketch numbers -> {
        for (int i = 0; i <= GRID; i++) {
          reference.addQuantiles(numbers.quantile((double) i / GRID));
        }
      }
      case CategorySketch categories ->
          // What the registry's reference does not have is what is left over, here as in live data.
          categories.counts().entrySet().stream()
              .filter(entry -> !entry.getKey().equals(FeatureReader.NEW_CATEGORY))
              .forEach(entry ->
                  reference.putCategories(
                      entry.getKey(), (double) entry.getValue() / categories.present()));
    }
    return reference.getQuantilesCount() + reference.getCategoriesCount() == 0
        ? Optional.empty()
        : Optional.of(reference.build());
  }
}
