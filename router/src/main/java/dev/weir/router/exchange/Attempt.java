package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Worker;
import dev.weir.router.policy.Decision;
import org.jspecify.annotations.Nullable;

/**
 * One try to get an answer from one worker: what the data plane sends, and where.
 *
 * @param number 1 for the first
 * @param lease the right to send it; {@link Exchange#attemptEnded} gives it back
 * @param decision what it is sent for: another than the exchange's first after a fallback
 * @param assignment serialised {@code weir.route.v1.Assignment} for the worker
 * @param traceparent W3C trace context for the worker; null: none
 * @param span the attempt's span
 */
public record Attempt(
    int number,
    Lease lease,
    Decision.Routed decision,
    byte[] assignment,
    @Nullable String traceparent,
    RequestTrace.Span span) {
  /** The worker. */
  public Worker worker() {
    return lease.worker();
  }
}
