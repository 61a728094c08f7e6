package dev.weir.router.policy;

import dev.weir.proto.route.v1.Arm;

/**
 * All requests that came to one variant in the same way: what their outcomes are counted under.
 *
 * @param route route
 * @param variant variant's name; empty for a pinned version that is no variant
 * @param served version that answers
 * @param arm side of the comparison; unspecified when they are no units
 * @param canaryProbability probability of CANARY in these units' draws, over 0 and at most 1; 0
 *     when they are no units
 * @param rolloutId rollout of the draws; empty: none
 * @param rolloutStep step of that rollout
 * @param sticky units are owners of keys, each counted once
 */
public record Cohort(
    String route,
    String variant,
    VersionId served,
    Arm arm,
    double canaryProbability,
    String rolloutId,
    int rolloutStep,
    boolean sticky) {
  /** Whether its requests are units of a comparison. */
  public boolean isExperiment() {
    return arm != Arm.ARM_UNSPECIFIED;
  }
}
