package dev.weir.router.policy;

/**
 * When a second request is sent beside a slow first one.
 *
 * @param afterQuantile after this quantile of the version's observed latency, 0.5 to 0.999
 * @param minDelayNanos but not before, nanoseconds
 */
public record HedgeRule(double afterQuantile, long minDelayNanos) {}
