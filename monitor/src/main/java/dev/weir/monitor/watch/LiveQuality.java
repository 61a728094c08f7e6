package dev.weir.monitor.watch;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.label.BoundedMean;
import dev.weir.monitor.stats.label.ClassCounts;
import dev.weir.monitor.stats.label.RankPairs;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import java.util.OptionalDouble;

/**
 * How good a live version is, in the measures that people know, of first rows. Describes, never
 * triggers. Single writer.
 *
 * <pre>
 *   uint32 length, class counts · uint32 length, rank pairs · uint32 length, log loss · uint32
 *   length, Brier score · int64 values · float64 sum of errors, of absolute errors, of their squares
 * </pre>
 */
final class LiveQuality {
  /** Log losses are cut off here: a probability of 0.00005. */
  static final double MOST_LOG_LOSS = 10;

  private final String positive;
  private ClassCounts classes = new ClassCounts();
  private RankPairs ranks = new RankPairs();
  private BoundedMean logLoss = new BoundedMean(MOST_LOG_LOSS);
  private BoundedMean brier = new BoundedMean(1);
  private long values;
  private double errors;
  private double absoluteErrors;
  private double squaredErrors;

  /**
   * Errors of predicted numbers.
   *
   * @param values labels seen, at least 1
   * @param mean mean of predicted minus true
   * @param meanAbsolute mean of its size
   * @param rootMeanSquare root of the mean of its square
   */
  record Errors(long values, double mean, double meanAbsolute, double rootMeanSquare) {}

  /**
   * Nothing seen.
   *
   * @param positive class of the area under the curve; empty: there is no such area
   */
  LiveQuality(String positive) {
    this.positive = positive;
  }

  /** Takes a prediction with its label. */
  void labelled(Sample sample, Feedback label) {
    if (sample.getPredictedClassesCount() > 0 && label.getTrueClassesCount() > 0) {
      classes(sample, label.getTrueClasses(0));
    }
    if (sample.getPredictedValuesCount() > 0 && label.getTrueValuesCount() > 0) {
      double error = sample.getPredictedValues(0) - label.getTrueValues(0);
      if (Double.isFinite(error)) {
        values++;
        errors += error;
        absoluteErrors += Math.abs(error);
        squaredErrors += error * error;
      }
    }
  }

  private void classes(Sample sample, String actual) {
    classes.add(sample.getPredictedClasses(0), actual);
    OptionalDouble given = probabilityOf(sample, actual);
    if (given.isPresent()) {
      double p = given.getAsDouble();
      logLoss.add(Math.min(MOST_LOG_LOSS, -Math.log(p)));
      if (sample.getProbabilitiesCount() == 2) {
        brier.add((1 - p) * (1 - p));
      }
    }
    if (!positive.isEmpty()) {
      probabilityOf(sample, positive).ifPresent(score -> ranks.add(actual.equals(positive), score));
    }
  }

  /**
   * The probability that was given to a class: by its place in the output when the class is the
   * number of a place, else by the confidence, which says it for the predicted class and, with two
   * classes, for the other one.
   */
  private static OptionalDouble probabilityOf(Sample sample, String name) {
    if (sample.getProbabilitiesCount() > 0 && name.matches("[0-9]{1,4}")) {
      int place = Integer.parseInt(name);
      return place < sample.getProbabilitiesCount()
          ? probability(sample.getProbabilities(place))
          : OptionalDouble.empty();
    }
    if (sample.getConfidencesCount() == 0) {
      return OptionalDouble.empty();
    }
    double confidence = sample.getConfidences(0);
    if (name.equals(sample.getPredictedClasses(0))) {
      return probability(confidence);
    }
    return sample.getProbabilitiesCount() == 2
        ? probability(1 - confidence)
        : OptionalDouble.empty();
  }

  private static OptionalDouble probability(double value) {
    return value >= 0 && value <= 1 ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** What precision and recall are made of. */
  ClassCounts classes() {
    return classes;
  }

  /** The area under the ROC curve of the positive class. */
  BoundedMean area() {
    return ranks.area();
  }

  /** Mean of -ln of the probability given to the true class, each at most 10. */
  BoundedMean logLoss() {
    return logLoss;
  }

  /** Mean squared difference of the probability from what was true; of two classes only. */
  BoundedMean brier() {
    return brier;
  }

  /** Errors of predicted numbers; all NaN but the count when there are none. */
  Errors errors() {
    return new Errors(
        values, errors / values, absoluteErrors / values, Math.sqrt(squaredErrors / values));
  }

  void writeTo(StateWriter out) {
    out.bytes(classes.toBytes())
        .bytes(ranks.toBytes())
        .bytes(logLoss.toBytes())
        .bytes(brier.toBytes())
        .int64(values)
        .float64(errors)
        .float64(absoluteErrors)
        .float64(squaredErrors);
  }

  /**
   * Takes over what {@link #writeTo} wrote.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  void readFrom(StateReader in) {
    classes = ClassCounts.fromBytes(in.bytes());
    ranks = RankPairs.fromBytes(in.bytes());
    logLoss = BoundedMean.fromBytes(in.bytes());
    brier = BoundedMean.fromBytes(in.bytes());
    values = in.count();
    errors = in.float64();
    absoluteErrors = in.float64();
    squaredErrors = in.float64();
  }
}
