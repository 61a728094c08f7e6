package dev.weir.router.outcome;

import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.router.policy.Cohort;

/** Cohorts in the monitor's words. */
final class CohortKeys {
  private CohortKeys() {}

  static OutcomeKey key(Cohort cohort) {
    return OutcomeKey.newBuilder()
        .setRoute(cohort.route())
        .setVariant(cohort.variant())
        .setModel(cohort.served().model())
        .setVersion(cohort.served().version())
        .setArm(cohort.arm())
        .setCanaryProbability(cohort.canaryProbability())
        .setRolloutId(cohort.rolloutId())
        .setRolloutStep(cohort.rolloutStep())
        .build();
  }
}
