package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Worker;
import dev.weir.router.limit.Admission;
import dev.weir.router.outcome.Ticket;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One whole request from its decision to its final status. Attempts follow one another: {@link
 * #begin}, and {@link #attemptEnded} after each, belong to one event at a time. {@link #ended} may
 * come from another thread at any time and counts once.
 *
 * <p>Tried again elsewhere is what got no answer: UNAVAILABLE (a lost connection, a draining
 * worker, a worker that refuses) and a cancellation that was not the client's. When a canary has no
 * ready worker (left), the baseline answers; the unit that was drawn for the canary is then counted
 * as an UNAVAILABLE outcome of the canary, since otherwise a canary that cannot be reached would
 * look healthy.
 */
public final class Exchange {
  private static final Ticket FINISHED = (code, latencyNanos, sampledTraceId) -> {};

  private final Exchanges exchanges;
  private final Admission.Granted admission;
  private final RequestTrace trace;
  private final long startNanos;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicReference<Ticket> ticket;
  private volatile Decision.Routed decision;
  private volatile int attempts;

  Exchange(
      Exchanges exchanges,
      Decision.Routed decision,
      Admission.Granted admission,
      RequestTrace trace) {
    this.exchanges = exchanges;
    this.decision = decision;
    this.admission = admission;
    this.trace = trace;
    this.startNanos = exchanges.nanoTime();
    this.ticket = new AtomicReference<>(exchanges.ledger().start(decision));
    trace.decided(decision);
  }

  /** The decision in force: another than the first after a fallback. */
  public Decision.Routed decision() {
    return decision;
  }

  /** Attempts made so far. */
  public int attempts() {
    return attempts;
  }

  /** Longest time for an answer, from the start. */
  public Duration timeout() {
    return exchanges.timeout(decision);
  }

  /** The first step. */
  public NextStep begin() {
    return nextAttempt(null)
        .<NextStep>map(NextStep.Send::new)
        .orElseGet(() -> {
          Decision.Refused refusal = noWorker(decision);
          return new NextStep.End(refusal.code(), refusal.message());
        });
  }

  /**
   * An attempt ended without an answer that could be given to the client.
   *
   * @param nothingAnswered no part of an answer has come
   * @param clientGone the client cancelled or its time is over: nobody waits any more
   */
  public NextStep attemptFailed(
      Attempt attempt,
      StatusCode code,
      String message,
      boolean nothingAnswered,
      boolean clientGone) {
    attempt.span().end(code, message);
    boolean unavailable = code == StatusCode.UNAVAILABLE;
    attempt.lease().end(impression(unavailable, clientGone, code));
    boolean again = nothingAnswered && !clientGone && (unavailable || code == StatusCode.CANCELLED);
    if (again && attempts < exchanges.maxAttempts(decision)) {
      Optional<Attempt> next = nextAttempt(attempt.worker());
      if (next.isPresent()) {
        exchanges.metrics().retried(decision);
        return new NextStep.Send(next.get());
      }
    }
    // a cancellation that nobody here asked for would make the client believe it was its own
    return code == StatusCode.CANCELLED && !clientGone
        ? new NextStep.End(StatusCode.UNAVAILABLE, message)
        : new NextStep.End(code, message);
  }

  private static Lease.Impression impression(
      boolean unavailable, boolean clientGone, StatusCode code) {
    if (clientGone || code == StatusCode.CANCELLED || code == StatusCode.DEADLINE_EXCEEDED) {
      return Lease.Impression.NONE;
    }
    return unavailable ? Lease.Impression.FAILED : Lease.Impression.ANSWERED;
  }

  /** An attempt brought the answer. */
  public void attemptAnswered(Attempt attempt) {
    attempt.span().end(StatusCode.OK, "");
    attempt.lease().end(Lease.Impression.ANSWERED);
  }

  private Optional<Attempt> nextAttempt(@Nullable Worker avoid) {
    Optional<Lease> lease =
        exchanges.workers().lease(decision.variant().served(), avoid, exchanges.random());
    if (lease.isPresent()) {
      return lease.map(this::attempt);
    }
    Optional<Decision.Routed> fallback = decision.route().fallbackFrom(decision);
    if (fallback.isEmpty()) {
      return Optional.empty();
    }
    Decision.Routed baseline = fallback.get();
    Optional<Lease> baselineLease =
        exchanges.workers().lease(baseline.variant().served(), null, exchanges.random());
    return baselineLease.map(l -> {
      fallBack(baseline);
      return attempt(l);
    });
  }

  private void fallBack(Decision.Routed baseline) {
    Ticket drawn = Objects.requireNonNull(ticket.get());
    if (drawn != FINISHED) {
      Ticket plain = exchanges.ledger().startPlain(baseline);
      if (ticket.compareAndSet(drawn, plain)) {
        drawn.finish(StatusCode.UNAVAILABLE, elapsed(), trace.sampledTraceId());
      } else {
        // the client went away at this very moment
        plain.finish(StatusCode.CANCELLED, elapsed(), null);
      }
    }
    decision = baseline;
    exchanges.metrics().decided(baseline);
    trace.decided(baseline);
  }

  private Attempt attempt(Lease lease) {
    int number = attempts + 1;
    attempts = number;
    RequestTrace.Span span = trace.attempt(decision, lease.worker().id(), number);
    return new Attempt(
        number, lease, decision, AssignmentBytes.of(decision, number), span.traceparent(), span);
  }

  static Decision.Refused noWorker(Decision.Routed decision) {
    VersionId served = decision.variant().served();
    String name = decision.route().name();
    String version =
        served.model().equals(name) ? served.version() : served.model() + "/" + served.version();
    return new Decision.Refused(
        StatusCode.UNAVAILABLE,
        "Request for model '" + name + "': no ready worker has version " + version);
  }

  /** The client's call is over; later calls are ignored. */
  public void ended(StatusCode code, String message) {
    if (ended.compareAndSet(false, true)) {
      admission.release();
      long latency = elapsed();
      Objects.requireNonNull(ticket.getAndSet(FINISHED))
          .finish(code, latency, trace.sampledTraceId());
      if (code == StatusCode.OK) {
        exchanges.exposures().answered(decision);
      }
      exchanges.metrics().ended(decision, code, latency);
      trace.end(code, message);
    }
  }

  private long elapsed() {
    return exchanges.nanoTime() - startNanos;
  }
}
