package dev.weir.monitor.guardrail;

import com.google.protobuf.Duration;
import dev.weir.monitor.stats.ErrorRateTest;
import dev.weir.monitor.stats.GuardrailTest;
import dev.weir.monitor.stats.LatencyTest;
import dev.weir.monitor.stats.PredictedClassTest;
import dev.weir.monitor.stats.ReleaseEvidence.Action;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What is tested about one rollout, with the defaults filled in.
 *
 * @param rolloutId rollout
 * @param route route that it changes
 * @param baselineVersion version that serves today
 * @param canaryVersion version on trial
 * @param alpha false-alarm budget for the life of the rollout, over 0, at most 0.1
 * @param guardrails at least one; weights sum to 1
 * @param minCanaryUnits of each step: canary units that must have been judged in it
 */
record RolloutPlan(
    String rolloutId,
    String route,
    String baselineVersion,
    String canaryVersion,
    double alpha,
    List<Planned> guardrails,
    List<Long> minCanaryUnits) {
  private static final double DEFAULT_ALPHA = 0.001;
  private static final double DEFAULT_ERROR_RATIO = 1.1;
  private static final double DEFAULT_LATENCY_RATIO = 1.25;
  private static final long DEFAULT_LATENCY_SLACK_NANOS = 1_000_000;
  private static final double DEFAULT_CLASS_RATIO = 1.1;

  /** Weight of a guardrail that was given none beside others that were: it can hardly decide. */
  private static final double LEAST_WEIGHT = 1e-9;

  RolloutPlan {
    guardrails = List.copyOf(guardrails);
    minCanaryUnits = List.copyOf(minCanaryUnits);
  }

  /**
   * One guardrail.
   *
   * @param name unique in the rollout
   * @param weight share of alpha, over 0, at most 1
   * @param action what its violation does
   * @param statement what is tested
   */
  record Planned(String name, double weight, Action action, Statement statement) {}

  /** What a guardrail says. */
  sealed interface Statement {
    /** A test that has seen nothing. */
    GuardrailTest newTest();

    /** Errors are not more frequent. */
    record ErrorRate(double toleratedRatio) implements Statement {
      @Override
      public GuardrailTest newTest() {
        return new ErrorRateTest(ErrorRateTest.Parameters.tolerating(toleratedRatio));
      }
    }

    /** Answers are not slower. */
    record Latency(double toleratedRatio, long toleratedSlackNanos) implements Statement {
      @Override
      public GuardrailTest newTest() {
        return new LatencyTest(
            LatencyTest.Parameters.tolerating(toleratedRatio, toleratedSlackNanos));
      }
    }

    /** Classes are not predicted more or less often. */
    record PredictedClass(double toleratedRatio) implements Statement {
      @Override
      public GuardrailTest newTest() {
        return new PredictedClassTest(PredictedClassTest.Parameters.tolerating(toleratedRatio));
      }
    }
  }

  static RolloutPlan of(Rollout rollout) {
    RolloutSpec spec = rollout.getSpec();
    return new RolloutPlan(
        rollout.getId(),
        spec.getRoute(),
        rollout.getBaselineVersion(),
        spec.getCanaryVersion(),
        spec.getAlpha() > 0 ? spec.getAlpha() : DEFAULT_ALPHA,
        planned(spec.getGuardrailsList()),
        spec.getStepsList().stream().map(step -> step.getMinCanaryUnits()).toList());
  }

  private static List<Planned> planned(List<Guardrail> given) {
    List<Guardrail> guardrails = given.stream().filter(g -> statement(g) != null).toList();
    if (guardrails.isEmpty()) {
      double share = 1.0 / 3;
      return List.of(
          new Planned(
              "error_rate", share, Action.ROLLBACK, new Statement.ErrorRate(DEFAULT_ERROR_RATIO)),
          new Planned(
              "latency",
              share,
              Action.ROLLBACK,
              new Statement.Latency(DEFAULT_LATENCY_RATIO, DEFAULT_LATENCY_SLACK_NANOS)),
          new Planned(
              "predicted_class",
              share,
              Action.ROLLBACK,
              new Statement.PredictedClass(DEFAULT_CLASS_RATIO)));
    }
    boolean equal = guardrails.stream().allMatch(g -> g.getWeight() <= 0);
    double sum = guardrails.stream().mapToDouble(g -> weight(g, equal)).sum();
    var planned = new ArrayList<Planned>();
    for (Guardrail guardrail : guardrails) {
      Statement statement = statement(guardrail);
      if (statement != null) {
        planned.add(
            new Planned(
                guardrail.getName(),
                weight(guardrail, equal) / sum,
                guardrail.getAction() == Guardrail.Action.HOLD ? Action.HOLD : Action.ROLLBACK,
                statement));
      }
    }
    return planned;
  }

  private static double weight(Guardrail guardrail, boolean equal) {
    return equal ? 1 : Math.max(LEAST_WEIGHT, guardrail.getWeight());
  }

  private static @org.jspecify.annotations.Nullable Statement statement(Guardrail guardrail) {
    return switch (guardrail.getStatementCase()) {
      case ERROR_RATE ->
          new Statement.ErrorRate(
              orDefault(guardrail.getErrorRate().getToleratedRatio(), DEFAULT_ERROR_RATIO));
      case LATENCY ->
          new Statement.Latency(
              orDefault(guardrail.getLatency().getToleratedRatio(), DEFAULT_LATENCY_RATIO),
              guardrail.getLatency().hasToleratedSlack()
                  ? nanos(guardrail.getLatency().getToleratedSlack())
                  : DEFAULT_LATENCY_SLACK_NANOS);
      case PREDICTED_CLASS ->
          new Statement.PredictedClass(
              orDefault(guardrail.getPredictedClass().getToleratedRatio(), DEFAULT_CLASS_RATIO));
      case SCORE,
          CONFIDENCE,
          LABEL_QUALITY,
          BUSINESS_METRIC,
          SHADOW_AGREEMENT,
          DATA_QUALITY,
          STATEMENT_NOT_SET ->
          null;
    };
  }

  private static long nanos(Duration duration) {
    return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
  }

  private static double orDefault(double ratio, double fallback) {
    return ratio > 0 ? ratio : fallback;
  }

  /** Canary units that a step needs; 0 for a step that the plan does not have. */
  long minCanaryUnits(int step) {
    return step < minCanaryUnits.size() ? minCanaryUnits.get(step) : 0;
  }
}
