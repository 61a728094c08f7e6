package dev.weir.monitor.watch;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.detector.CategoryDetector;
import dev.weir.monitor.stats.detector.DriftDetector;
import dev.weir.monitor.stats.detector.NumberDetector;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.monitor.stats.distance.Quantiles;
import dev.weir.monitor.stats.sketch.CategorySketch;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.proto.registry.v1.FeatureReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * One feature (or the predictions) of one version: its detectors, and the window that is open.
 * Single writer.
 */
final class FeatureWatch implements Watched, SampleInputs.Rows {
  private static final byte KIND = 'F';
  private static final int VERSION = 1;
  private static final int MAX_CATEGORIES = 256;
  private static final double LOW = 0.001;
  private static final double HIGH = 0.999;
  private static final double WIDENED = 0.1;

  private final String name;
  private final int index;
  private final long rows;
  private final Alarm drift;
  private final Kind kind;
  private final Map<Alarm, DriftDetector> detectors = new EnumMap<>(Alarm.class);
  private Sketch window;

  /** Numbers or categories, with their reference. */
  private sealed interface Kind {
    record Numbers(Quantiles reference, double low, double high) implements Kind {}

    record Categories(Map<String, Double> reference) implements Kind {}
  }

  private FeatureWatch(String name, int index, long rows, Kind kind, WatchConfig config) {
    this.name = name;
    this.index = index;
    this.rows = Math.max(1, rows);
    this.kind = kind;
    this.drift = index < 0 ? Alarm.PREDICTION_DRIFT : Alarm.FEATURE_DRIFT;
    this.window = emptyWindow();
    double rare = RateDetector.boundFrom(0, this.rows);
    detectors.put(Alarm.MISSING_VALUES, new RateDetector(rare + config.toleratedShare()));
  }

  /**
   * A watch that has seen nothing; of a reference without quantiles and categories there is none.
   *
   * @param rows that the reference was made from
   */
  static java.util.Optional<FeatureWatch> of(
      FeatureReference reference, long rows, WatchConfig config, RandomGenerator random) {
    if (reference.getQuantilesCount() >= 2) {
      var quantiles = new Quantiles(reference.getQuantilesList());
      double margin = WIDENED * (quantiles.at(HIGH) - quantiles.at(LOW));
      var watch =
          new FeatureWatch(
              reference.getName(),
              reference.getIndex(),
              rows,
              new Kind.Numbers(quantiles, quantiles.at(LOW) - margin, quantiles.at(HIGH) + margin),
              config);
      watch.detectors.put(
          watch.drift,
          new NumberDetector(
              quantiles, NumberDetector.slack(rows, config.toleratedShift()), random));
      watch.detectors.put(
          Alarm.OUT_OF_RANGE,
          new RateDetector(
              RateDetector.boundFrom(2 * LOW * watch.rows, watch.rows) + config.toleratedShare()));
      return java.util.Optional.of(watch);
    }
    if (reference.getCategoriesCount() > 0) {
      Map<String, Double> categories = Map.copyOf(reference.getCategoriesMap());
      var watch =
          new FeatureWatch(
              reference.getName(),
              reference.getIndex(),
              rows,
              new Kind.Categories(categories),
              config);
      watch.detectors.put(
          watch.drift, new CategoryDetector(categories, watch.rows, config.toleratedShare()));
      watch.detectors.put(
          Alarm.NEW_CATEGORIES,
          new RateDetector(RateDetector.boundFrom(0, watch.rows) + config.toleratedShare()));
      return java.util.Optional.of(watch);
    }
    return java.util.Optional.empty();
  }

  @Override
  public String name() {
    return name;
  }

  /** Place in the last dimension of the input; -1: no input. */
  int index() {
    return index;
  }

  boolean isNumeric() {
    return kind instanceof Kind.Numbers;
  }

  /**
   * A number's place in the reference, 0 to 1; one half when it is none, or there are no numbers.
   */
  double place(double value) {
    return switch (kind) {
      case Kind.Numbers numbers when Double.isFinite(value) ->
          (numbers.reference().below(value) + numbers.reference().upTo(value)) / 2;
      case Kind.Numbers _, Kind.Categories _ -> 0.5;
    };
  }

  @Override
  public Map<Alarm, DriftDetector> detectors() {
    return detectors;
  }

  private Sketch emptyWindow() {
    return switch (kind) {
      case Kind.Numbers _ -> new NumberSketch();
      case Kind.Categories _ -> new CategorySketch(MAX_CATEGORIES);
    };
  }

  /** Takes a number of a feature that has numbers, or a number that stands for a category. */
  void observe(double value) {
    switch (kind) {
      case Kind.Numbers numbers -> {
        boolean present = Double.isFinite(value);
        rate(Alarm.MISSING_VALUES).observe(!present);
        ((NumberSketch) window).add(value);
        if (present) {
          ((NumberDetector) detector(drift)).observe(value);
          rate(Alarm.OUT_OF_RANGE).observe(value < numbers.low() || value > numbers.high());
        }
      }
      case Kind.Categories _ -> {
        if (Double.isFinite(value)) {
          observe(TensorValues.category(value));
        } else {
          missing();
        }
      }
    }
  }

  /** Takes a category, or text that should be a number. */
  void observe(String value) {
    switch (kind) {
      case Kind.Numbers _ -> observe(Double.NaN);
      case Kind.Categories _ -> {
        var categories = (CategoryDetector) detector(drift);
        rate(Alarm.MISSING_VALUES).observe(false);
        rate(Alarm.NEW_CATEGORIES).observe(!categories.knows(value));
        categories.observe(value);
        ((CategorySketch) window).add(value);
      }
    }
  }

  @Override
  public void number(double value) {
    observe(value);
  }

  @Override
  public void category(String value) {
    observe(value);
  }

  /** Takes that there is no value. */
  @Override
  public void missing() {
    rate(Alarm.MISSING_VALUES).observe(true);
    window.addMissing();
  }

  private DriftDetector detector(Alarm alarm) {
    DriftDetector detector = detectors.get(alarm);
    if (detector == null) {
      throw new IllegalStateException("no detector of " + alarm + " for " + name);
    }
    return detector;
  }

  private RateDetector rate(Alarm alarm) {
    return (RateDetector) detector(alarm);
  }

  /** The open window. */
  Sketch window() {
    return window;
  }

  /** Begins a new window; returns the one that ended. */
  Sketch nextWindow() {
    Sketch ended = window;
    window = emptyWindow();
    return ended;
  }

  /** How far a window is from the reference; empty when there is nothing in it. */
  java.util.Optional<Panel> panel(Sketch sketch) {
    return switch (kind) {
      case Kind.Numbers numbers when sketch instanceof NumberSketch live && live.finite() > 0 ->
          java.util.Optional.of(Panel.of(numbers.reference(), rows, live));
      case Kind.Categories categories
          when sketch instanceof CategorySketch live && live.present() > 0 ->
          java.util.Optional.of(Panel.of(categories.reference(), rows, live));
      case Kind.Numbers _, Kind.Categories _ -> java.util.Optional.empty();
    };
  }

  Panel.Histogram histogram(Sketch sketch) {
    return switch (kind) {
      case Kind.Numbers numbers -> Panel.histogram(numbers.reference(), (NumberSketch) sketch);
      case Kind.Categories categories ->
          Panel.histogram(categories.reference(), (CategorySketch) sketch);
    };
  }

  /** Whether a window's values are all the same, and the reference's are not. */
  boolean isConstant(Sketch sketch) {
    return switch (kind) {
      case Kind.Numbers numbers ->
          sketch instanceof NumberSketch live
              && live.finite() > 0
              && live.min() == live.max()
              && numbers.reference().at(LOW) < numbers.reference().at(HIGH);
      case Kind.Categories categories ->
          sketch instanceof CategorySketch live
              && live.counts().size() == 1
              && categories.reference().values().stream().filter(share -> share > 0.02).count() > 1;
    };
  }

  /** {@code version, kind, uint8 n, n x (uint8 alarm, uint32 length, detector's bytes)}. */
  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).uint8(detectors.size());
    detectors.forEach((alarm, detector) -> out.uint8(alarm.ordinal()).bytes(detector.toBytes()));
    return out.toBytes();
  }

  @Override
  public void restore(byte[] bytes, WatchConfig config, RandomGenerator random) {
    var in = new StateReader("feature watch", VERSION, KIND, bytes);
    int size = in.uint8();
    for (int i = 0; i < size; i++) {
      int alarm = in.uint8();
      byte[] state = in.bytes();
      if (alarm < Alarm.values().length) {
        restore(Alarm.values()[alarm], state, config, random);
      }
    }
    in.end();
  }

  private void restore(Alarm alarm, byte[] state, WatchConfig config, RandomGenerator random) {
    DriftDetector fresh = detectors.get(alarm);
    if (fresh == null) {
      return;
    }
    switch (fresh) {
      case RateDetector rate -> detectors.put(alarm, rate.withStateOf(state));
      case CategoryDetector categories -> categories.restore(state);
      case NumberDetector _ -> {
        if (kind instanceof Kind.Numbers numbers) {
          detectors.put(
              alarm,
              NumberDetector.fromBytes(
                  numbers.reference(),
                  NumberDetector.slack(rows, config.toleratedShift()),
                  random,
                  state));
        }
      }
    }
  }
}
