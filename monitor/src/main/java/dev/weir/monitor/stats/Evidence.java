package dev.weir.monitor.stats;

import java.util.Optional;

/**
 * What a test knows at one moment, for people and for the verdict. Immutable.
 *
 * @param statistic the observed rates in words with numbers: "errors 12.3 % (37 of 301) against 0.0
 *     % (0 of 5,812)". Descriptive: pooled over all splits, so it may differ slightly from what the
 *     e-value, which knows each unit's split, weighs.
 * @param decisiveOutcome outcome that carries most of the evidence: "class 1", "latency &gt; 14.2
 *     ms"
 * @param canaryUnits canary units judged
 * @param baselineUnits baseline units judged
 * @param logE natural logarithm of the e-value now
 * @param maxLogE largest {@code logE} at the end of any slice so far, at least 0
 * @param maxLogWithin largest natural logarithm so far of the e-value against "worse than
 *     tolerated", at least 0: the evidence that the statement holds
 * @param effect how far the arms are apart; empty: not measured, or nothing seen
 */
public record Evidence(
    String statistic,
    String decisiveOutcome,
    long canaryUnits,
    long baselineUnits,
    double logE,
    double maxLogE,
    double maxLogWithin,
    Optional<Effect> effect) {}
