package dev.weir.monitor.watch;

import java.util.Map;

/**
 * Where a version's drift detectors stand. Immutable.
 *
 * @param logThreshold where a detector alarms, natural logarithm
 * @param alarms that are on
 * @param logEvidence natural logarithm by feature; negative infinity: nothing seen
 */
record DriftEvidence(
    String route,
    String model,
    String version,
    double logThreshold,
    int alarms,
    Map<String, Double> logEvidence) {}
