package dev.weir.monitor.guardrail;

import com.google.protobuf.Duration;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Guardrail.StatementCase;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A number of a guardrail's statement that could have been another one. */
public enum Tolerance {
  /** Errors as a multiple of the baseline's. */
  ERROR_RATIO(StatementCase.ERROR_RATE, "error_rate", 1, 1_000),
  /** Errors above the baseline's, share of requests. */
  ERROR_DIFFERENCE(StatementCase.ERROR_RATE, "error_rate", Math.ulp(0), under(1)),
  /** Errors whatever the baseline's are, share of requests. */
  ERROR_CEILING(StatementCase.ERROR_RATE, "error_rate", Math.ulp(0), under(1)),
  /** Latency as a multiple of the baseline's. */
  LATENCY_RATIO(StatementCase.LATENCY, "latency", 1, 1_000),
  /** Latency on top of that, milliseconds. */
  LATENCY_SLACK_MILLIS(StatementCase.LATENCY, "latency", 0, 3_600_000),
  /** Share of a class as a multiple of the baseline's, and the other way round. */
  CLASS_RATIO(StatementCase.PREDICTED_CLASS, "predicted_class", 1, 1_000),
  /** Share of a tenth of the scores as a multiple of the baseline's, and the other way round. */
  SCORE_RATIO(StatementCase.SCORE, "score", 1, 1_000),
  /** Mean confidence under the baseline's. */
  CONFIDENCE_DIFFERENCE(StatementCase.CONFIDENCE, "confidence", Math.ulp(0), under(1)),
  /** How much worse than the baseline's, in the measure's unit. */
  LABEL_DIFFERENCE(
      StatementCase.LABEL_QUALITY, "label_quality", -Double.MAX_VALUE, Double.MAX_VALUE),
  /** What has to be kept whatever the baseline's is, in the measure's unit. */
  LABEL_BOUND(StatementCase.LABEL_QUALITY, "label_quality", -Double.MAX_VALUE, Double.MAX_VALUE),
  /** How much worse than the baseline's, in the metric's unit. */
  BUSINESS_DIFFERENCE(
      StatementCase.BUSINESS_METRIC, "business_metric", -Double.MAX_VALUE, Double.MAX_VALUE),
  /** Least share of pairs that agree. */
  SHADOW_AGREEMENT(StatementCase.SHADOW_AGREEMENT, "shadow_agreement", Math.ulp(0), under(1)),
  /** Incomplete answers above the baseline's, share of answers. */
  INCOMPLETE_DIFFERENCE(StatementCase.DATA_QUALITY, "data_quality", Math.ulp(0), under(1));

  private static final Set<Tolerance> OF_ERRORS =
      Set.of(ERROR_RATIO, ERROR_DIFFERENCE, ERROR_CEILING);
  private static final Set<Tolerance> OF_LABELS = Set.of(LABEL_DIFFERENCE, LABEL_BOUND);

  private final StatementCase statement;
  private final String word;
  private final double least;
  private final double most;

  /** Of the statement of that kind; from {@code least} to {@code most}. */
  Tolerance(StatementCase statement, String word, double least, double most) {
    this.statement = statement;
    this.word = word;
    this.least = least;
    this.most = most;
  }

  private static double under(double bound) {
    return Math.nextDown(bound);
  }

  /** Its name for people: "error-ratio". */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The one of that name.
   *
   * @throws InvalidValueException when there is none
   */
  public static Tolerance named(String option) {
    return Stream.of(values())
        .filter(tolerance -> tolerance.option().equals(option))
        .findFirst()
        .orElseThrow(() ->
            new InvalidValueException(
                "tolerate",
                option,
                Stream.of(values()).map(Tolerance::option).collect(Collectors.joining(", "))));
  }

  /**
   * Refuses what no guardrail could tolerate.
   *
   * @throws InvalidValueException naming it
   */
  void check(double value) {
    if (!(value >= least && value <= most)) {
      throw new InvalidValueException(option(), value, rule());
    }
  }

  private String rule() {
    return switch (this) {
      case ERROR_RATIO, LATENCY_RATIO, CLASS_RATIO, SCORE_RATIO -> least + " to " + most;
      case LATENCY_SLACK_MILLIS -> "0 to 3600000";
      case ERROR_DIFFERENCE,
          ERROR_CEILING,
          CONFIDENCE_DIFFERENCE,
          SHADOW_AGREEMENT,
          INCOMPLETE_DIFFERENCE ->
          "over 0, under 1";
      case LABEL_DIFFERENCE, LABEL_BOUND, BUSINESS_DIFFERENCE -> "a finite number";
    };
  }

  /** Refuses two bounds of one statement. */
  static void checkTogether(Set<Tolerance> given) {
    for (Set<Tolerance> exclusive : Stream.of(OF_ERRORS, OF_LABELS).toList()) {
      String both =
          given.stream()
              .filter(exclusive::contains)
              .map(Tolerance::option)
              .sorted()
              .collect(Collectors.joining(" and "));
      if (both.contains(" and ")) {
        throw new InvalidValueException("tolerate", both, "one of them");
      }
    }
  }

  /** Whether a guardrail has this tolerance. */
  boolean isOf(Guardrail guardrail) {
    return guardrail.getStatementCase() == statement;
  }

  /** The statement's name in a rollout's spec. */
  public String statement() {
    return word;
  }

  /** Puts it into a guardrail that has it, in the place of another bound of the same thing. */
  void put(double value, Guardrail.Builder guardrail) {
    switch (this) {
      case ERROR_RATIO -> errors(guardrail).setToleratedRatio(value);
      case ERROR_DIFFERENCE -> errors(guardrail).setToleratedDifference(value);
      case ERROR_CEILING -> errors(guardrail).setCeiling(value);
      case LATENCY_RATIO -> guardrail.getLatencyBuilder().setToleratedRatio(value);
      case LATENCY_SLACK_MILLIS -> {
        long nanos = Math.round(value * 1e6);
        guardrail
            .getLatencyBuilder()
            .setToleratedSlack(
                Duration.newBuilder()
                    .setSeconds(nanos / 1_000_000_000)
                    .setNanos((int) (nanos % 1_000_000_000)));
      }
      case CLASS_RATIO -> guardrail.getPredictedClassBuilder().setToleratedRatio(value);
      case SCORE_RATIO -> guardrail.getScoreBuilder().setToleratedRatio(value);
      case CONFIDENCE_DIFFERENCE -> guardrail.getConfidenceBuilder().setToleratedDifference(value);
      case LABEL_DIFFERENCE ->
          guardrail.getLabelQualityBuilder().clearBound().setToleratedDifference(value);
      case LABEL_BOUND ->
          guardrail.getLabelQualityBuilder().clearToleratedDifference().setBound(value);
      case BUSINESS_DIFFERENCE ->
          guardrail.getBusinessMetricBuilder().setToleratedDifference(value);
      case SHADOW_AGREEMENT -> guardrail.getShadowAgreementBuilder().setMinAgreement(value);
      case INCOMPLETE_DIFFERENCE -> guardrail.getDataQualityBuilder().setToleratedDifference(value);
    }
  }

  private static ErrorRate.Builder errors(Guardrail.Builder guardrail) {
    return guardrail
        .getErrorRateBuilder()
        .clearToleratedRatio()
        .clearToleratedDifference()
        .clearCeiling();
  }
}
