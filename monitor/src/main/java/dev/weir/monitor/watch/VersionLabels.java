package dev.weir.monitor.watch;

import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.Claim;
import dev.weir.monitor.stats.Effect;
import dev.weir.monitor.stats.LevelCounts;
import dev.weir.monitor.stats.MeanTest;
import dev.weir.monitor.stats.ShownScale;
import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.concept.Adwin;
import dev.weir.monitor.stats.concept.ConceptDetector;
import dev.weir.monitor.stats.concept.HddmA;
import dev.weir.monitor.stats.concept.PageHinkley;
import dev.weir.monitor.stats.detector.RateDetector;
import dev.weir.monitor.stats.label.CalibrationTest;
import dev.weir.monitor.stats.label.ConfidenceEstimate;
import dev.weir.monitor.stats.sketch.NumberSketch;
import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What labels say about one live version. Single writer.
 *
 * <pre>
 *   uint8 version, 1                   uint8 n, n x (int64 drifts seen, uint32 length, concept
 *   uint8 'V'                            detector)
 *   int64 predictions, labels, wrong   uint8 1: there is a detector of errors: float64 bound, uint32
 *   uint32 length, accuracy              length, rate detector
 *   uint32 length, calibration         group watch
 *   uint32 length, estimate            live quality
 *   uint32 length, delays
 * </pre>
 */
final class VersionLabels {
  /** Labels of the version's own that are its reference when its card has no accuracy. */
  static final long OWN_REFERENCE = 2_000;

  private static final byte KIND = 'V';
  private static final int VERSION = 1;
  private static final double MIDDLE = 0.5;

  private MeanTest accuracy =
      new MeanTest(
          MeanTest.Parameters.common(
              new Claim.AtMost(MIDDLE), ShownScale.moreIsBetter("accuracy")));
  private CalibrationTest calibration;
  private ConfidenceEstimate estimate = new ConfidenceEstimate();
  private NumberSketch delays = new NumberSketch();
  private final Map<ConceptDetector, Long> classics = new LinkedHashMap<>();
  private final GroupWatch groups;
  private final LiveQuality quality;
  private @Nullable RateDetector errors;
  private double bound;
  private long predictions;
  private long labels;
  private long wrong;

  /**
   * @param toleratedGap of a group's rates, 0 to 0.9
   * @param toleratedCalibration of the share right from the confidence, 0 to 0.1
   */
  VersionLabels(ModelVersion version, double toleratedGap, double toleratedCalibration) {
    this.calibration = new CalibrationTest(toleratedCalibration);
    this.groups = new GroupWatch(version, toleratedGap);
    this.quality = new LiveQuality(version.getMonitoring().getFavourableClass());
    classics.put(new Adwin(Adwin.Parameters.usual()), 0L);
    classics.put(new HddmA(), 0L);
    classics.put(
        new PageHinkley(new PageHinkley.Parameters(30, 0.005, 50, 0.9999, PageHinkley.Side.UP)),
        0L);
    double offline = version.getMetricsOrDefault("accuracy", Double.NaN);
    double rows = version.getMetricsOrDefault("held_out_rows", Double.NaN);
    if (offline >= 0 && offline <= 1 && rows >= 1) {
      detect((1 - offline) * rows, rows);
    }
  }

  private void detect(double hits, double of) {
    bound = RateDetector.boundFrom(hits, of);
    errors = new RateDetector(bound);
  }

  /** Takes a prediction, labelled or not. */
  void predicted(Sample sample) {
    predictions++;
    groups.predicted(sample);
    if (sample.getConfidencesCount() > 0) {
      double confidence = sample.getConfidences(0);
      if (confidence >= 0 && confidence <= 1) {
        estimate.add(confidence, true);
      }
    }
  }

  /** Takes a label, first row: a class or a number. */
  void labelled(LabelledPrediction labelled, Instant now) {
    Sample sample = labelled.sample();
    boolean isClass =
        sample.getPredictedClassesCount() > 0 && labelled.label().getTrueClassesCount() > 0;
    boolean isValue =
        sample.getPredictedValuesCount() > 0 && labelled.label().getTrueValuesCount() > 0;
    if (isClass || isValue) {
      labels++;
      quality.labelled(sample, labelled.label());
      delays.add(
          Math.max(
              0,
              now.toEpochMilli() / 1e3
                  - sample.getAt().getSeconds()
                  - sample.getAt().getNanos() / 1e9));
    }
    if (isClass) {
      classLabel(sample, labelled.label().getTrueClasses(0));
    }
  }

  private void classLabel(Sample sample, String actual) {
    boolean right = sample.getPredictedClasses(0).equals(actual);
    wrong += right ? 0 : 1;
    groups.labelled(sample, actual);
    LevelCounts counts = accuracy.newCounts();
    counts.add(1, true, right ? 0 : 1, 1);
    accuracy.update(counts);
    if (sample.getConfidencesCount() > 0
        && sample.getConfidences(0) >= 0
        && sample.getConfidences(0) <= 1) {
      calibration.add(sample.getConfidences(0), right);
    }
    RateDetector detector = errors;
    if (detector != null) {
      detector.observe(!right);
    } else if (labels >= OWN_REFERENCE) {
      detect(wrong, labels);
    }
    classics.replaceAll(
        (classic, times) -> classic.observe(right ? 0 : 1) ? Long.valueOf(times + 1) : times);
  }

  /** The detector of more errors; empty: there is no reference yet. */
  Optional<RateDetector> errors() {
    return Optional.ofNullable(errors);
  }

  /** Highest error rate without an alarm. */
  double bound() {
    return bound;
  }

  CalibrationTest calibration() {
    return calibration;
  }

  LiveQuality quality() {
    return quality;
  }

  List<GroupWatch.Group> groups() {
    return groups.groups();
  }

  long labels() {
    return labels;
  }

  /** Accuracy with an interval that is right at all times together with 0.95; empty: no labels. */
  Optional<double[]> accuracy() {
    Optional<Effect> effect = accuracy.evidence().effect();
    return effect.map(e ->
        new double[] {
          e.canary(), e.baseline() + e.differenceLow(), e.baseline() + e.differenceHigh()
        });
  }

  /** Accuracy that the probabilities promise; empty: there are none. */
  OptionalDouble estimatedAccuracy() {
    return estimate.predictions() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(estimate.accuracy());
  }

  /** Share of predictions that have their label; empty: no predictions. */
  OptionalDouble coverage() {
    return predictions == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, (double) labels / predictions));
  }

  /** Seconds from prediction to label. */
  NumberSketch delays() {
    return delays;
  }

  /** How often each classic detector saw a drift. */
  Map<String, Long> classics() {
    var times = new LinkedHashMap<String, Long>();
    classics.forEach((classic, count) -> times.put(classic.name(), count));
    return times;
  }

  /** All state. */
  byte[] toBytes() {
    var out =
        new StateWriter(VERSION, KIND)
            .int64(predictions)
            .int64(labels)
            .int64(wrong)
            .bytes(accuracy.toBytes())
            .bytes(calibration.toBytes())
            .bytes(estimate.toBytes())
            .bytes(delays.toBytes())
            .uint8(classics.size());
    classics.forEach((classic, times) -> out.int64(times).bytes(classic.toBytes()));
    RateDetector detector = errors;
    out.uint8(detector == null ? 0 : 1);
    if (detector != null) {
      out.float64(bound).bytes(detector.toBytes());
    }
    groups.writeTo(out);
    quality.writeTo(out);
    return out.toBytes();
  }

  /**
   * Takes over what {@link #toBytes} wrote of the same version; for one that has seen nothing.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged; it is
   *     then to be thrown away
   */
  void restore(byte[] bytes) {
    var in = new StateReader("version labels", VERSION, KIND, bytes);
    predictions = in.count();
    labels = in.count();
    wrong = in.count();
    accuracy = MeanTest.fromBytes(in.bytes());
    CalibrationTest kept = CalibrationTest.fromBytes(in.bytes());
    // with another tolerance it is another statement, whose evidence begins anew
    calibration = kept.tolerated() == calibration.tolerated() ? kept : calibration;
    estimate = ConfidenceEstimate.fromBytes(in.bytes());
    if (!(Sketch.fromBytes(in.bytes()) instanceof NumberSketch read)) {
      throw in.damaged("delays in categories (expected: in seconds)");
    }
    delays = read;
    int size = in.uint8();
    var detectors = new LinkedHashMap<ConceptDetector, Long>();
    for (int i = 0; i < size; i++) {
      long times = in.count();
      detectors.put(ConceptDetector.fromBytes(in.bytes()), times);
    }
    classics.clear();
    classics.putAll(detectors);
    errors = null;
    if (in.uint8() == 1) {
      bound = in.float64();
      errors = RateDetector.fromBytes(bound, in.bytes());
    }
    groups.readFrom(in);
    quality.readFrom(in);
    in.end();
  }
}
