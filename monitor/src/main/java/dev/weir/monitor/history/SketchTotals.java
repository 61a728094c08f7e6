package dev.weir.monitor.history;

import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.monitor.stats.sketch.Sketch;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers or categories, as a sketch: bytes are the sketch's own. Mutable, single writer.
 *
 * @param sketch what was seen
 */
public record SketchTotals(Sketch sketch) implements HistoryValue {
  private static final int MOST_CATEGORIES = 50;
  private static final double[] SHOWN = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
  private static final String[] NAMES = {"p1", "p5", "p25", "p50", "p75", "p95", "p99"};

  /** Numbers, none yet. */
  static SketchTotals numbers() {
    return new SketchTotals(new NumberSketch());
  }

  /** Categories, none yet; 50 are told apart. */
  static SketchTotals categories() {
    return new SketchTotals(new CategorySketch(MOST_CATEGORIES));
  }

  /** Counts a number; nothing when these are categories. */
  void add(double value) {
    if (sketch instanceof NumberSketch numbers) {
      numbers.add(value);
    }
  }

  /** Counts a category; nothing when these are numbers. */
  void add(String category) {
    if (sketch instanceof CategorySketch categories) {
      categories.add(category);
    }
  }

  @Override
  public void add(HistoryValue other) {
    if (!(other instanceof SketchTotals(Sketch that))) {
      throw HistoryValue.notMergeable(this, other);
    }
    sketch.merge(that);
  }

  @Override
  public byte[] toBytes() {
    return sketch.toBytes();
  }

  static SketchTotals fromBytes(byte[] bytes) {
    return new SketchTotals(Sketch.fromBytes(bytes));
  }

  @Override
  public Map<String, Object> describe() {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("count", sketch.count());
    shown.put("missing", sketch.missing());
    switch (sketch) {
      case NumberSketch numbers -> describe(numbers, shown);
      case CategorySketch categories -> describe(categories, shown);
    }
    return shown;
  }

  private static void describe(NumberSketch numbers, Map<String, Object> shown) {
    shown.put("notFinite", numbers.notFinite());
    if (numbers.finite() > 0) {
      shown.put("mean", numbers.mean());
      shown.put("standardDeviation", numbers.standardDeviation());
      shown.put("min", numbers.min());
      for (int i = 0; i < SHOWN.length; i++) {
        shown.put(NAMES[i], numbers.quantile(SHOWN[i]));
      }
      shown.put("max", numbers.max());
    }
  }

  private static void describe(CategorySketch categories, Map<String, Object> shown) {
    if (categories.present() > 0) {
      var shares = new LinkedHashMap<String, Double>();
      double all = categories.present();
      categories.counts().forEach((name, count) -> shares.put(name, count / all));
      shown.put("shares", shares);
      shown.put("other", categories.other() / all);
    }
  }
}
