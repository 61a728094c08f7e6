package dev.weir.monitor.guardrail;

import dev.weir.monitor.stats.ArmUnits;
import dev.weir.monitor.stats.HitCounts;

/**
 * The units of one slice that were drawn with the same probability, by arm.
 *
 * @param canaryProbability rho of their draws, 0 to 1
 */
record DrawOutcomes(double canaryProbability, ArmOutcomes canary, ArmOutcomes baseline) {
  DrawOutcomes(double canaryProbability) {
    this(canaryProbability, new ArmOutcomes(), new ArmOutcomes());
  }

  HitCounts errors() {
    return new HitCounts(
        canary.failed(), canary.succeeded(), baseline.failed(), baseline.succeeded());
  }

  ArmUnits units() {
    return new ArmUnits(canary.units(), baseline.units());
  }
}
