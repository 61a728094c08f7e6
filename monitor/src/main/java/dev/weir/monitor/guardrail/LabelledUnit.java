package dev.weir.monitor.guardrail;

import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.Sample;
import java.util.OptionalDouble;

/**
 * A unit's prediction with its label, first rows.
 *
 * @param canaryProbability rho of the unit's draw
 * @param canary its arm
 * @param predictedClass class that was predicted; empty: none
 * @param trueClass class that it was; empty: none
 * @param confidence highest class probability; NaN: none
 * @param predictedValue number that was predicted; NaN: none
 * @param trueValue number that it was; NaN: none
 * @param probabilities class probabilities in the order of the output; may be empty
 * @param requestId request
 */
record LabelledUnit(
    double canaryProbability,
    boolean canary,
    String predictedClass,
    String trueClass,
    double confidence,
    double predictedValue,
    double trueValue,
    java.util.List<Float> probabilities,
    String requestId) {

  static LabelledUnit of(Sample sample, Feedback label, boolean canary) {
    return new LabelledUnit(
        sample.getAssignment().getCanaryProbability(),
        canary,
        sample.getPredictedClassesCount() == 0 ? "" : sample.getPredictedClasses(0),
        label.getTrueClassesCount() == 0 ? "" : label.getTrueClasses(0),
        sample.getConfidencesCount() == 0 ? Double.NaN : sample.getConfidences(0),
        sample.getPredictedValuesCount() == 0 ? Double.NaN : sample.getPredictedValues(0),
        label.getTrueValuesCount() == 0 ? Double.NaN : label.getTrueValues(0),
        sample.getProbabilitiesList(),
        sample.getRequestId());
  }

  /** Both classes are known. */
  boolean hasClasses() {
    return !predictedClass.isEmpty() && !trueClass.isEmpty();
  }

  /** The prediction is known to be wrong. */
  boolean isWrong() {
    return hasClasses() && !predictedClass.equals(trueClass);
  }

  /** {@code |predicted - true|}; empty when one is missing or no number. */
  OptionalDouble absoluteError() {
    double error = Math.abs(predictedValue - trueValue);
    return Double.isNaN(error) ? OptionalDouble.empty() : OptionalDouble.of(error);
  }

  /**
   * The probability that was given to a class: by its place in the output when the class is the
   * number of a place, else by the confidence, which says it for the predicted class and, with two
   * classes, for the other one.
   */
  OptionalDouble probabilityOf(String name) {
    if (!probabilities.isEmpty() && name.matches("[0-9]{1,4}")) {
      int place = Integer.parseInt(name);
      return place < probabilities.size()
          ? finite(probabilities.get(place))
          : OptionalDouble.empty();
    }
    if (name.equals(predictedClass)) {
      return finite(confidence);
    }
    return probabilities.size() == 2 ? finite(1 - confidence) : OptionalDouble.empty();
  }

  private static OptionalDouble finite(double value) {
    return value >= 0 && value <= 1 ? OptionalDouble.of(value) : OptionalDouble.empty();
  }
}
