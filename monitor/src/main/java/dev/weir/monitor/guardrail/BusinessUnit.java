package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.BusinessValue;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;

/**
 * A number that users report about one unit.
 *
 * @param metric metric's name
 * @param rolloutId rollout of the unit's draw
 * @param canary its arm
 * @param canaryProbability rho of its draw
 * @param unit the unit
 * @param sticky counts once per test
 * @param value the number
 */
public record BusinessUnit(
    String metric,
    String rolloutId,
    boolean canary,
    double canaryProbability,
    long unit,
    boolean sticky,
    double value) {
  /** A number that found its unit's draw. */
  public static BusinessUnit of(BusinessValue reported) {
    Assignment draw = reported.assignment();
    return new BusinessUnit(
        reported.metric(),
        draw.getRolloutId(),
        draw.getArm() == Arm.ARM_CANARY,
        draw.getCanaryProbability(),
        draw.getUnit(),
        draw.getSticky(),
        reported.value());
  }
}
