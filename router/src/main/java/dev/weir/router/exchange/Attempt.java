package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Worker;
import dev.weir.router.policy.Decision;
import org.jspecify.annotations.Nullable;

/**
 * One try to get an answer from one worker: what the data plane sends, and where. It ends with one
 * of {@link Exchange#attemptAnswered}, {@link Exchange#attemptFailed} and {@link
 * Exchange#attemptAbandoned}.
 *
 * @param number 1 for the first
 * @param isHedge sent beside another one that is in flight
 * @param lease the right to send it; the exchange gives it back
 * @param decision what it is sent for: another than the exchange's first after a fallback
 * @param startNanos the clock's time when it was made
 * @param timeoutNanos time for its answer from then on
 * @param assignment serialised {@code weir.route.v1.Assignment} for the worker
 * @param traceparent W3C trace context for the worker; null: none
 * @param span the attempt's span
 */
public record Attempt(
    int number,
    boolean isHedge,
    Lease lease,
    Decision.Routed decision,
    long startNanos,
    long timeoutNanos,
    byte[] assignment,
    @Nullable String traceparent,
    RequestTrace.Span span) {
  /** The worker. */
  public Worker worker() {
    return lease.worker();
  }
}
