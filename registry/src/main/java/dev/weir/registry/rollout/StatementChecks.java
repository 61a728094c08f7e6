package dev.weir.registry.rollout;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.Confidence;
import dev.weir.proto.route.v1.DataQuality;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Score;
import dev.weir.proto.route.v1.ShadowAgreement;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.ProtoTimes;
import java.time.Duration;

/** What a guardrail may state, and what is meant by what is left out. */
final class StatementChecks {
  private static final double DEFAULT_ERROR_RATIO = 1.1;
  private static final double DEFAULT_LATENCY_RATIO = 1.25;
  private static final Duration DEFAULT_LATENCY_SLACK = Duration.ofMillis(1);
  private static final double DEFAULT_CLASS_RATIO = 1.1;
  private static final double DEFAULT_CONFIDENCE_DIFFERENCE = 0.05;
  private static final double DEFAULT_INCOMPLETE_DIFFERENCE = 0.005;
  private static final double DEFAULT_AGREEMENT = 0.95;

  /** Share of the baseline's requests that are copied for a shadow_agreement guardrail. */
  static final int DEFAULT_MIRROR_BASIS_POINTS = 1_000;

  private static final double DEFAULT_SHARE_DIFFERENCE = 0.02;
  private static final double DEFAULT_MOST_LOG_LOSS = 5;
  private static final double MAX_RATIO = 1_000;
  private static final int MAX_STATUS = 16;
  private static final int MAX_TEXT = 256;

  private StatementChecks() {}

  /**
   * Fills in a guardrail's statement.
   *
   * @param at where it is, for messages
   * @param signature the canary's
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  static void complete(String at, Guardrail.Builder guardrail, Signature signature) {
    switch (guardrail.getStatementCase()) {
      case ERROR_RATE -> errorRate(at + ".error_rate", guardrail.getErrorRateBuilder());
      case LATENCY -> latency(at + ".latency", guardrail.getLatencyBuilder());
      case PREDICTED_CLASS -> {
        needs(at + ".predicted_class", guardrail, signature.getClassOutput(), "class_output");
        PredictedClass.Builder predicted = guardrail.getPredictedClassBuilder();
        predicted.setToleratedRatio(
            ratio(at + ".predicted_class", predicted.getToleratedRatio(), DEFAULT_CLASS_RATIO));
      }
      case SCORE -> score(at + ".score", guardrail, signature);
      case CONFIDENCE -> {
        needs(
            at + ".confidence", guardrail, signature.getProbabilityOutput(), "probability_output");
        Confidence.Builder confidence = guardrail.getConfidenceBuilder();
        confidence.setToleratedDifference(
            share(
                at + ".confidence.tolerated_difference",
                confidence.getToleratedDifference(),
                DEFAULT_CONFIDENCE_DIFFERENCE));
      }
      case LABEL_QUALITY -> labelQuality(at + ".label_quality", guardrail, signature);
      case BUSINESS_METRIC ->
          businessMetric(at + ".business_metric", guardrail.getBusinessMetric());
      case SHADOW_AGREEMENT -> {
        ShadowAgreement.Builder shadow = guardrail.getShadowAgreementBuilder();
        shadow.setMinAgreement(
            share(
                at + ".shadow_agreement.min_agreement",
                shadow.getMinAgreement(),
                DEFAULT_AGREEMENT));
        long copied =
            Check.inRange(
                at + ".shadow_agreement.mirror_basis_points",
                Integer.toUnsignedLong(shadow.getMirrorBasisPoints()),
                0,
                10_000);
        shadow.setMirrorBasisPoints(copied == 0 ? DEFAULT_MIRROR_BASIS_POINTS : (int) copied);
      }
      case DATA_QUALITY -> {
        DataQuality.Builder quality = guardrail.getDataQualityBuilder();
        quality.setToleratedDifference(
            share(
                at + ".data_quality.tolerated_difference",
                quality.getToleratedDifference(),
                DEFAULT_INCOMPLETE_DIFFERENCE));
      }
      case STATEMENT_NOT_SET ->
          throw new InvalidValueException(
              at,
              "no statement",
              "one of error_rate, latency, predicted_class, score, confidence, "
                  + "label_quality, business_metric, shadow_agreement, data_quality");
    }
  }

  private static void errorRate(String at, ErrorRate.Builder errors) {
    double difference = errors.getToleratedDifference();
    double ceiling = errors.getCeiling();
    int given =
        (errors.getToleratedRatio() != 0 ? 1 : 0)
            + (difference != 0 ? 1 : 0)
            + (ceiling != 0 ? 1 : 0);
    if (given > 1) {
      throw new InvalidValueException(
          at, given + " bounds", "one of tolerated_ratio, tolerated_difference, ceiling");
    }
    if (difference != 0 && !(difference > -1 && difference < 1)) {
      throw new InvalidValueException(
          at + ".tolerated_difference", difference, "over -1 and under 1");
    }
    if (ceiling != 0) {
      share(at + ".ceiling", ceiling, ceiling);
    }
    if (difference == 0 && ceiling == 0) {
      errors.setToleratedRatio(ratio(at, errors.getToleratedRatio(), DEFAULT_ERROR_RATIO));
    }
    for (int code : errors.getStatusCodesList()) {
      Check.inRange(at + ".status_codes", code, 1, MAX_STATUS);
    }
  }

  private static void latency(String at, Latency.Builder latency) {
    latency.setToleratedRatio(ratio(at, latency.getToleratedRatio(), DEFAULT_LATENCY_RATIO));
    if (!latency.hasToleratedSlack()) {
      latency.setToleratedSlack(ProtoTimes.duration(DEFAULT_LATENCY_SLACK));
    }
    RolloutSpecs.duration(
        at + ".tolerated_slack", latency.getToleratedSlack(), Duration.ZERO, Duration.ofHours(1));
  }

  private static void score(String at, Guardrail.Builder guardrail, Signature signature) {
    Score.Builder score = guardrail.getScoreBuilder();
    score.setToleratedRatio(ratio(at, score.getToleratedRatio(), DEFAULT_CLASS_RATIO));
    if (score.getOutput().isEmpty()) {
      needs(
          at,
          guardrail,
          signature.getValueOutput() + signature.getProbabilityOutput(),
          "value_output or probability_output, or a score with an output");
    } else if (signature.getOutputsList().stream()
        .noneMatch(output -> output.getName().equals(score.getOutput()))) {
      throw new InvalidValueException(
          at + ".output", score.getOutput(), "an output of the canary's signature");
    }
  }

  private static void labelQuality(String at, Guardrail.Builder guardrail, Signature signature) {
    LabelQuality.Builder quality = guardrail.getLabelQualityBuilder();
    boolean share = true;
    switch (quality.getMeasure()) {
      case MEASURE_UNSPECIFIED, ACCURACY -> {
        needs(at, guardrail, signature.getClassOutput(), "class_output");
        quality.setMeasure(LabelQuality.Measure.ACCURACY);
      }
      case PRECISION, RECALL, F1 -> {
        needs(at, guardrail, signature.getClassOutput(), "class_output");
        positiveClass(at, quality);
      }
      case AUC -> {
        needs(at, guardrail, signature.getProbabilityOutput(), "probability_output");
        positiveClass(at, quality);
      }
      case LOG_LOSS -> {
        needs(at, guardrail, signature.getProbabilityOutput(), "probability_output");
        share = false;
        if (quality.getScale() == 0) {
          quality.setScale(DEFAULT_MOST_LOG_LOSS);
        }
      }
      case MEAN_ABSOLUTE_ERROR, ROOT_MEAN_SQUARED_ERROR -> {
        needs(at, guardrail, signature.getValueOutput(), "value_output");
        share = false;
      }
      case UNRECOGNIZED ->
          throw new InvalidValueException(
              at + ".measure",
              quality.getMeasureValue(),
              "ACCURACY, PRECISION, RECALL, F1, AUC, "
                  + "LOG_LOSS, MEAN_ABSOLUTE_ERROR or ROOT_MEAN_SQUARED_ERROR");
    }
    double most = share ? 1 : positive(at + ".scale", quality.getScale());
    if (quality.hasBound()) {
      if (quality.getToleratedDifference() != 0) {
        throw new InvalidValueException(at, "2 bounds", "one of tolerated_difference, bound");
      }
      inside(at + ".bound", quality.getBound(), 0, most);
    } else if (quality.getToleratedDifference() == 0) {
      quality.setToleratedDifference(DEFAULT_SHARE_DIFFERENCE * most);
    } else {
      inside(at + ".tolerated_difference", quality.getToleratedDifference(), -most, most);
    }
  }

  private static void positiveClass(String at, LabelQuality.Builder quality) {
    Check.notBlank(at + ".positive_class", quality.getPositiveClass());
    Names.text(at + ".positive_class", quality.getPositiveClass(), MAX_TEXT);
  }

  private static void businessMetric(String at, BusinessMetric business) {
    Check.notBlank(at + ".metric", business.getMetric());
    Names.text(at + ".metric", business.getMetric(), MAX_TEXT);
    boolean range =
        Double.isFinite(business.getMin())
            && Double.isFinite(business.getMax())
            && business.getMax() > business.getMin();
    if (!range) {
      throw new InvalidValueException(
          at + ".max", business.getMax(), "a finite number over min (" + business.getMin() + ")");
    }
    double span = business.getMax() - business.getMin();
    if (business.getToleratedDifference() == 0) {
      throw new InvalidValueException(
          at + ".tolerated_difference", 0, "how much worse is tolerated, in the metric's unit");
    }
    inside(at + ".tolerated_difference", business.getToleratedDifference(), -span, span);
  }

  private static void needs(String at, Guardrail.Builder guardrail, String found, String what) {
    if (found.isEmpty()) {
      throw new InvalidValueException(
          at, guardrail.getName(), "a canary whose signature names a " + what);
    }
  }

  private static double ratio(String at, double value, double otherwise) {
    return value == 0 ? otherwise : Check.inRange(at + ".tolerated_ratio", value, 1.0, MAX_RATIO);
  }

  private static double share(String field, double value, double otherwise) {
    return value == 0 ? otherwise : inside(field, value, 0, 1);
  }

  private static double positive(String field, double value) {
    return inside(field, value, 0, Double.POSITIVE_INFINITY);
  }

  private static double inside(String field, double value, double low, double high) {
    if (!(value > low && value < high)) {
      throw new InvalidValueException(
          field,
          value,
          high == Double.POSITIVE_INFINITY
              ? "over " + low + ", finite"
              : "over " + low + " and under " + high);
    }
    return value;
  }
}
