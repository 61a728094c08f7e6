package dev.weir.monitor.watch;

import java.util.Map;

/**
 * Where a version's drift detectors stand. Immutable.
 *
 * @param baseline what the version is compared with
 * @param logThreshold where a detector alarms, natural logarithm
 * @param alarms that are on, of all comparisons of the version
 * @param logEvidence natural logarithm by feature; negative infinity: nothing seen
 */
record DriftEvidence(
    VersionKey key,
    Baseline baseline,
    double logThreshold,
    int alarms,
    Map<String, Double> logEvidence) {}
