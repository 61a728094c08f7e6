package dev.weir.monitor.guardrail;

import com.google.protobuf.Duration;
import dev.weir.monitor.stats.Claim;
import dev.weir.monitor.stats.ShownScale;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import java.util.Optional;
import java.util.Set;

/** Statements from their messages, with the defaults filled in. Pure. */
final class StatementReader {
  static final double DEFAULT_ERROR_RATIO = 1.1;
  static final double DEFAULT_LATENCY_RATIO = 1.25;
  static final long DEFAULT_LATENCY_SLACK_NANOS = 1_000_000;
  static final double DEFAULT_CLASS_RATIO = 1.1;
  private static final double DEFAULT_CONFIDENCE_DIFFERENCE = 0.05;
  private static final double DEFAULT_INCOMPLETE_DIFFERENCE = 0.005;
  private static final double DEFAULT_SHARE_DIFFERENCE = 0.02;
  private static final double DEFAULT_AGREEMENT = 0.95;
  private static final double DEFAULT_MOST_LOG_LOSS = 5;

  private StatementReader() {}

  /** The statement; empty when it is of a kind that this monitor does not know. */
  static Optional<Statement> read(Guardrail guardrail) {
    return switch (guardrail.getStatementCase()) {
      case ERROR_RATE -> Optional.of(errorRate(guardrail.getErrorRate()));
      case LATENCY ->
          Optional.of(
              new Statement.Latency(
                  or(guardrail.getLatency().getToleratedRatio(), DEFAULT_LATENCY_RATIO),
                  guardrail.getLatency().hasToleratedSlack()
                      ? nanos(guardrail.getLatency().getToleratedSlack())
                      : DEFAULT_LATENCY_SLACK_NANOS));
      case PREDICTED_CLASS ->
          Optional.of(
              new Statement.PredictedClass(
                  or(guardrail.getPredictedClass().getToleratedRatio(), DEFAULT_CLASS_RATIO)));
      case SCORE ->
          Optional.of(
              new Statement.Score(
                  guardrail.getScore().getOutput(),
                  or(guardrail.getScore().getToleratedRatio(), DEFAULT_CLASS_RATIO)));
      case CONFIDENCE ->
          Optional.of(
              new Statement.Confidence(
                  new Claim.NotWorse(
                      or(
                          guardrail.getConfidence().getToleratedDifference(),
                          DEFAULT_CONFIDENCE_DIFFERENCE))));
      case DATA_QUALITY ->
          Optional.of(
              new Statement.DataQuality(
                  new Claim.NotWorse(
                      or(
                          guardrail.getDataQuality().getToleratedDifference(),
                          DEFAULT_INCOMPLETE_DIFFERENCE))));
      case LABEL_QUALITY -> labelQuality(guardrail.getLabelQuality());
      case BUSINESS_METRIC -> Optional.of(business(guardrail));
      case SHADOW_AGREEMENT ->
          Optional.of(
              new Statement.Shadow(
                  new Claim.AtMost(
                      1
                          - or(
                              guardrail.getShadowAgreement().getMinAgreement(),
                              DEFAULT_AGREEMENT))));
      case STATEMENT_NOT_SET -> Optional.empty();
    };
  }

  private static Statement errorRate(ErrorRate errors) {
    Set<Integer> codes = Set.copyOf(errors.getStatusCodesList());
    if (errors.getToleratedDifference() != 0) {
      return new Statement.ErrorShare(new Claim.NotWorse(errors.getToleratedDifference()), codes);
    }
    if (errors.getCeiling() != 0) {
      return new Statement.ErrorShare(new Claim.AtMost(errors.getCeiling()), codes);
    }
    return new Statement.ErrorRatio(or(errors.getToleratedRatio(), DEFAULT_ERROR_RATIO), codes);
  }

  private static Optional<Statement> labelQuality(LabelQuality quality) {
    return measure(quality)
        .map(measure -> new Statement.LabelQuality(measure, claim(quality, measure.scale())));
  }

  private static Optional<LabelMeasure> measure(LabelQuality quality) {
    String positive = quality.getPositiveClass();
    double most = quality.getScale();
    return switch (quality.getMeasure()) {
      case ACCURACY, MEASURE_UNSPECIFIED -> Optional.of(new LabelMeasure.Accuracy());
      case PRECISION -> Optional.of(new LabelMeasure.Precision(positive));
      case RECALL -> Optional.of(new LabelMeasure.Recall(positive));
      case F1 -> Optional.of(new LabelMeasure.F1(positive));
      case AUC -> Optional.of(new LabelMeasure.Auc(positive));
      case LOG_LOSS -> Optional.of(new LabelMeasure.LogLoss(or(most, DEFAULT_MOST_LOG_LOSS)));
      case MEAN_ABSOLUTE_ERROR -> Optional.of(new LabelMeasure.MeanAbsoluteError(most));
      case ROOT_MEAN_SQUARED_ERROR -> Optional.of(new LabelMeasure.RootMeanSquaredError(most));
      case UNRECOGNIZED -> Optional.empty();
    };
  }

  private static Claim claim(LabelQuality quality, ShownScale scale) {
    return quality.hasBound()
        ? new Claim.AtMost(scale.normalised(quality.getBound()))
        : new Claim.NotWorse(
            quality.getToleratedDifference() == 0
                ? DEFAULT_SHARE_DIFFERENCE
                : quality.getToleratedDifference() / Math.abs(scale.shownDifference(1)));
  }

  private static Statement business(Guardrail guardrail) {
    var business = guardrail.getBusinessMetric();
    ShownScale scale =
        business.getSmallerIsBetter()
            ? new ShownScale(business.getMetric(), business.getMin(), business.getMax(), false)
            : new ShownScale(business.getMetric(), business.getMax(), business.getMin(), false);
    return new Statement.Business(
        business.getMetric(),
        scale,
        new Claim.NotWorse(business.getToleratedDifference() / Math.abs(scale.shownDifference(1))));
  }

  private static long nanos(Duration duration) {
    return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
  }

  private static double or(double value, double otherwise) {
    return value == 0 ? otherwise : value;
  }
}
