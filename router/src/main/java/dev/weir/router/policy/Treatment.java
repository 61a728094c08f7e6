package dev.weir.router.policy;

import org.jspecify.annotations.Nullable;

/**
 * How a request is treated, beside which version answers it. Worked out when a route is compiled;
 * requests share it.
 *
 * @param timeoutNanos longest time for an answer, nanoseconds; 0: the router's default
 * @param perTryTimeoutNanos longest time for one try, nanoseconds; 0: all that is left
 * @param maxAttempts tries and hedges in all, 1 to 3; 0: the router's default
 * @param retryBudgetBasisPoints retries and hedges as a share of the route's requests; 0: the
 *     router's default
 * @param hedge null: no hedging
 * @param priority how important it is
 * @param mirror null: not copied. {@link Decision.Routed#mirror} says whether this very request is
 * @param ladder null: nothing but the baseline answers instead
 */
public record Treatment(
    long timeoutNanos,
    long perTryTimeoutNanos,
    int maxAttempts,
    int retryBudgetBasisPoints,
    @Nullable HedgeRule hedge,
    Priority priority,
    @Nullable MirrorRule mirror,
    @Nullable Ladder ladder) {
  /** That of a route that says nothing. */
  static final Treatment PLAIN = new Treatment(0, 0, 0, 0, null, Priority.NORMAL, null, null);

  /** The same without copies and without other versions' answers: for a version that was named. */
  Treatment bare() {
    return mirror == null && ladder == null
        ? this
        : new Treatment(
            timeoutNanos,
            perTryTimeoutNanos,
            maxAttempts,
            retryBudgetBasisPoints,
            hedge,
            priority,
            null,
            null);
  }
}
