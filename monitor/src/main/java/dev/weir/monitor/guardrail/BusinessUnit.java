package dev.weir.monitor.guardrail;

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
    double value) {}
