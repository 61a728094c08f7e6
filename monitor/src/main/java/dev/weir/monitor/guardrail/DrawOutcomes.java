package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.ArmUnits;
import dev.weir.monitor.stats.HitCounts;
import java.util.Set;

/**
 * The units of one slice that were drawn with the same probability, by arm.
 *
 * @param canaryProbability rho of their draws, 0 to 1
 */
record DrawOutcomes(double canaryProbability, ArmOutcomes canary, ArmOutcomes baseline) {
  DrawOutcomes(double canaryProbability) {
    this(canaryProbability, new ArmOutcomes(), new ArmOutcomes());
  }

  /**
   * Units that failed, and all others.
   *
   * @param statusCodes statuses that count as errors; empty: all but OK
   */
  HitCounts errors(Set<Integer> statusCodes) {
    long canaryErrors = canary.failed(statusCodes);
    long baselineErrors = baseline.failed(statusCodes);
    return new HitCounts(
        canaryErrors,
        canary.units() - canaryErrors,
        baselineErrors,
        baseline.units() - baselineErrors);
  }

  ArmUnits units() {
    return new ArmUnits(canary.units(), baseline.units());
  }
}
