package dev.weir.monitor.guardrail;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.proto.route.v1.Arm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A unit with its sample. Of several rows the first counts: one request is one unit.
 *
 * @param sample what was predicted
 * @param signature what the version's signature says that a sample has
 */
record SampleUnit(Sample sample, Promised signature) {
  /**
   * What every answer of the model has.
   *
   * @param predictedClass a class
   * @param probability class probabilities
   * @param value a number
   */
  record Promised(boolean predictedClass, boolean probability, boolean value) {
    static final Promised NOTHING = new Promised(false, false, false);
  }

  boolean canary() {
    return sample.getAssignment().getArm() == Arm.ARM_CANARY;
  }

  double canaryProbability() {
    return sample.getAssignment().getCanaryProbability();
  }

  Optional<String> predictedClass() {
    return sample.getPredictedClassesCount() == 0
        ? Optional.empty()
        : Optional.of(sample.getPredictedClasses(0));
  }

  /** Highest class probability, when it is one. */
  OptionalDouble confidence() {
    if (sample.getConfidencesCount() == 0) {
      return OptionalDouble.empty();
    }
    double confidence = sample.getConfidences(0);
    return confidence >= 0 && confidence <= 1
        ? OptionalDouble.of(confidence)
        : OptionalDouble.empty();
  }

  /**
   * A number of the answer.
   *
   * @param output output whose first element it is; empty: the predicted value, or else the highest
   *     class probability
   */
  Optional<Double> score(String output) {
    if (output.isEmpty()) {
      if (sample.getPredictedValuesCount() > 0) {
        return Optional.of(sample.getPredictedValues(0));
      }
      return sample.getConfidencesCount() > 0
          ? Optional.of((double) sample.getConfidences(0))
          : Optional.empty();
    }
    return sample.getOutputsList().stream()
        .filter(tensor -> tensor.getName().equals(output))
        .findFirst()
        .flatMap(SampleUnit::firstNumber);
  }

  private static Optional<Double> firstNumber(SampleTensor tensor) {
    ByteBuffer raw = tensor.getRaw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return switch (tensor.getDatatype()) {
      case "FP64" -> raw.remaining() >= 8 ? Optional.of(raw.getDouble()) : Optional.empty();
      case "FP32" -> raw.remaining() >= 4 ? Optional.of((double) raw.getFloat()) : Optional.empty();
      case "INT64" -> raw.remaining() >= 8 ? Optional.of((double) raw.getLong()) : Optional.empty();
      case "INT32" -> raw.remaining() >= 4 ? Optional.of((double) raw.getInt()) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** The answer lacks what the signature promises, or has a number that is none. */
  boolean incomplete() {
    return (signature.predictedClass() && sample.getPredictedClassesCount() == 0)
        || (signature.probability() && confidence().isEmpty())
        || (signature.value()
            && (sample.getPredictedValuesCount() == 0
                || !Double.isFinite(sample.getPredictedValues(0))));
  }
}
