package dev.weir.router.exchange;

import dev.weir.proto.route.v1.Assignment;
import dev.weir.router.policy.Cohort;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.ExperimentArm;

/** How a request was assigned, in the bytes that the worker passes on with its samples. */
final class AssignmentBytes {
  private AssignmentBytes() {}

  static byte[] of(Decision.Routed decision, int attempt) {
    Cohort cohort = decision.cohort();
    Assignment.Builder assignment =
        Assignment.newBuilder()
            .setRoute(cohort.route())
            .setVariant(cohort.variant())
            .setAttempt(attempt);
    if (decision.isUnit()) {
      assignment
          .setArm(cohort.arm())
          .setCanaryProbability(cohort.canaryProbability())
          .setRolloutId(cohort.rolloutId())
          .setRolloutStep(cohort.rolloutStep())
          .setUnit(decision.unit())
          .setSticky(cohort.sticky());
    }
    ExperimentArm arm = decision.experiment();
    if (arm != null) {
      assignment
          .setExperiment(arm.experiment())
          .setExperimentArm(arm.name())
          .setUnit(decision.unit())
          .setSticky(true);
    }
    return assignment.build().toByteArray();
  }
}
