package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.ReleaseEvidence.Action;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
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
    List<Guardrail> guardrails =
        given.stream().filter(g -> StatementReader.read(g).isPresent()).toList();
    if (guardrails.isEmpty()) {
      return planned(
          List.of(
              Guardrail.newBuilder()
                  .setName("error_rate")
                  .setErrorRate(ErrorRate.getDefaultInstance())
                  .build(),
              Guardrail.newBuilder()
                  .setName("latency")
                  .setLatency(Latency.getDefaultInstance())
                  .build(),
              Guardrail.newBuilder()
                  .setName("predicted_class")
                  .setPredictedClass(PredictedClass.getDefaultInstance())
                  .build()));
    }
    boolean equal = guardrails.stream().allMatch(g -> g.getWeight() <= 0);
    double sum = guardrails.stream().mapToDouble(g -> weight(g, equal)).sum();
    var planned = new ArrayList<Planned>();
    for (Guardrail guardrail : guardrails) {
      StatementReader.read(guardrail)
          .ifPresent(statement ->
              planned.add(
                  new Planned(
                      guardrail.getName(),
                      weight(guardrail, equal) / sum,
                      guardrail.getAction() == Guardrail.Action.HOLD
                          ? Action.HOLD
                          : Action.ROLLBACK,
                      statement)));
    }
    return planned;
  }

  private static double weight(Guardrail guardrail, boolean equal) {
    return equal ? 1 : Math.max(LEAST_WEIGHT, guardrail.getWeight());
  }

  /** Canary units that a step needs; 0 for a step that the plan does not have. */
  long minCanaryUnits(int step) {
    return step < minCanaryUnits.size() ? minCanaryUnits.get(step) : 0;
  }
}
