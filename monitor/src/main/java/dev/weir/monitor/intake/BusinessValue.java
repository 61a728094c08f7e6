package dev.weir.monitor.intake;

import dev.weir.proto.route.v1.Assignment;

/**
 * A number that a user reported about one unit, the first for this unit and metric.
 *
 * @param metric metric's name
 * @param assignment how the unit was drawn: an arm, a probability strictly between 0 and 1, a
 *     rollout and a unit
 * @param value the number, finite
 */
public record BusinessValue(String metric, Assignment assignment, double value) {}
