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
import java.util.Optional;
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
  private static final double HIGHEST_RATE = 0.999;

  private final String name;
  private final int index;
  private final Alarm drift;
  private final Map<Alarm, DriftDetector> detectors = new EnumMap<>(Alarm.class);
  private long rows;
  private Kind kind;
  private boolean paused;
  private Sketch window;

  /** Numbers or categories, with their reference. */
  private sealed interface Kind {
    static Optional<Kind> of(FeatureReference reference) {
      if (reference.getQuantilesCount() >= 2) {
        var quantiles = new Quantiles(reference.getQuantilesList());
        double margin = WIDENED * (quantiles.at(HIGH) - quantiles.at(LOW));
        return Optional.of(
            new Numbers(quantiles, quantiles.at(LOW) - margin, quantiles.at(HIGH) + margin));
      }
      return reference.getCategoriesCount() > 0
          ? Optional.of(new Categories(Map.copyOf(reference.getCategoriesMap())))
          : Optional.empty();
    }

    record Numbers(Quantiles reference, double low, double high) implements Kind {}

    record Categories(Map<String, Double> reference) implements Kind {}
  }

  private FeatureWatch(FeatureReference reference, long rows, Kind kind) {
    this.name = reference.getName();
    this.index = reference.getIndex();
    this.rows = Math.max(1, rows);
    this.kind = kind;
    this.drift = index < 0 ? Alarm.PREDICTION_DRIFT : Alarm.FEATURE_DRIFT;
    this.window = emptyWindow();
  }

  /**
   * A watch that has seen nothing; of a reference without quantiles and categories there is none.
   *
   * @param rows that the reference was made from
   */
  static Optional<FeatureWatch> of(
      FeatureReference reference, long rows, WatchConfig config, RandomGenerator random) {
    Optional<FeatureWatch> made = ofDriftAlone(reference, rows, config, random);
    made.ifPresent(watch -> {
      watch.addRate(Alarm.MISSING_VALUES, reference.getMissing() * watch.rows, config);
      switch (watch.kind) {
        case Kind.Numbers _ -> watch.addRate(Alarm.OUT_OF_RANGE, 2 * LOW * watch.rows, config);
        case Kind.Categories _ -> watch.addRate(Alarm.NEW_CATEGORIES, 0, config);
      }
    });
    return made;
  }

  /** The same, that looks for drift and not for what is wrong with the data. */
  static Optional<FeatureWatch> ofDriftAlone(
      FeatureReference reference, long rows, WatchConfig config, RandomGenerator random) {
    return Kind.of(reference)
        .map(kind -> {
          var watch = new FeatureWatch(reference, rows, kind);
          watch.detectors.put(
              watch.drift,
              switch (kind) {
                case Kind.Numbers numbers ->
                    new NumberDetector(numbers.reference(), watch.slack(config), random);
                case Kind.Categories categories ->
                    new CategoryDetector(
                        categories.reference(), watch.rows, config.toleratedShare());
              });
          return watch;
        });
  }

  private void addRate(Alarm alarm, double hits, WatchConfig config) {
    double bound = RateDetector.boundFrom(hits, rows) + config.toleratedShare();
    detectors.put(alarm, new RateDetector(Math.min(HIGHEST_RATE, bound)));
  }

  private double slack(WatchConfig config) {
    return NumberDetector.slack(rows, config.toleratedShift());
  }

  /**
   * Compares with another reference from now on; the drift detector goes on where it can. One of
   * another kind, numbers or categories, is not taken.
   */
  void compareWith(FeatureReference reference, long otherRows, WatchConfig config) {
    Optional<Kind> other = Kind.of(reference);
    DriftDetector before = detector(drift);
    if (other.isPresent() && other.get() instanceof Kind.Numbers numbers) {
      if (before instanceof NumberDetector detector) {
        rows = Math.max(1, otherRows);
        kind = numbers;
        paused = false;
        detectors.put(drift, detector.against(numbers.reference(), slack(config)));
      }
    } else if (other.isPresent() && other.get() instanceof Kind.Categories categories) {
      if (before instanceof CategoryDetector detector) {
        rows = Math.max(1, otherRows);
        kind = categories;
        paused = false;
        detectors.put(
            drift, detector.against(categories.reference(), rows, config.toleratedShare()));
      }
    }
  }

  /** Takes no value until it has another reference. */
  void pause() {
    paused = true;
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
    if (paused) {
      return;
    }
    switch (kind) {
      case Kind.Numbers numbers -> {
        boolean present = Double.isFinite(value);
        rate(Alarm.MISSING_VALUES, !present);
        ((NumberSketch) window).add(value);
        if (present) {
          ((NumberDetector) detector(drift)).observe(value);
          rate(Alarm.OUT_OF_RANGE, value < numbers.low() || value > numbers.high());
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
    if (paused) {
      return;
    }
    switch (kind) {
      case Kind.Numbers _ -> observe(Double.NaN);
      case Kind.Categories _ -> {
        var categories = (CategoryDetector) detector(drift);
        rate(Alarm.MISSING_VALUES, false);
        rate(Alarm.NEW_CATEGORIES, !categories.knows(value));
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
    if (!paused) {
      rate(Alarm.MISSING_VALUES, true);
      window.addMissing();
    }
  }

  private DriftDetector detector(Alarm alarm) {
    DriftDetector detector = detectors.get(alarm);
    if (detector == null) {
      throw new IllegalStateException("no detector of " + alarm + " for " + name);
    }
    return detector;
  }

  private void rate(Alarm alarm, boolean isHit) {
    if (detectors.get(alarm) instanceof RateDetector rate) {
      rate.observe(isHit);
    }
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
  Optional<Panel> panel(Sketch sketch) {
    return switch (kind) {
      case Kind.Numbers numbers when sketch instanceof NumberSketch live && live.finite() > 0 ->
          Optional.of(Panel.of(numbers.reference(), rows, live));
      case Kind.Categories categories
          when sketch instanceof CategorySketch live && live.present() > 0 ->
          Optional.of(Panel.of(categories.reference(), rows, live));
      case Kind.Numbers _, Kind.Categories _ -> Optional.empty();
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
              alarm, NumberDetector.fromBytes(numbers.reference(), slack(config), random, state));
        }
      }
    }
  }
}
