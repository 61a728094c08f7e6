package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Worker;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.limit.Admission;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.wire.StatusCode;
import java.util.Optional;

/**
 * One stream of requests. Each message is decided for by itself and counted by itself, but none is
 * a unit of an experiment: messages of one stream depend on each other in ways that a router cannot
 * see. Not thread-safe: its stream's thread only.
 */
public final class StreamExchange {
  private final Exchanges exchanges;
  private final RequestTrace trace;
  private final Sequences sequences = new Sequences();
  // of the message decided last, until it is started or refused
  private Admission.Granted pending = Admission.Granted.FREE;
  private int attempts;

  StreamExchange(Exchanges exchanges, RequestTrace trace) {
    this.exchanges = exchanges;
    this.trace = trace;
  }

  /**
   * Decides for a message, for one of a sequence as for its first. The decision is no unit. {@link
   * #started} or {@link #refused} follows, before the next message is decided for.
   */
  public Decision decide(RequestFacts message) {
    return sequences.decide(message, this);
  }

  /** The same without a look at what was decided before. */
  Decision decideAlone(RequestFacts message) {
    Decision decision = exchanges.decide(message);
    return switch (decision) {
      case Decision.Refused refused -> refused;
      case Decision.Routed routed ->
          switch (exchanges.limits().admit(routed, message)) {
            case Admission.Refused over ->
                new Decision.Refused(StatusCode.RESOURCE_EXHAUSTED, over.message());
            case Admission.Granted granted -> {
              takePending().release();
              pending = granted;
              exchanges.metrics().decided(routed);
              yield routed.withoutUnit();
            }
          };
    };
  }

  private Admission.Granted takePending() {
    Admission.Granted taken = pending;
    pending = Admission.Granted.FREE;
    return taken;
  }

  /** Counts a message that is refused. */
  public void refused(StatusCode code) {
    takePending().release();
    exchanges.metrics().started();
    exchanges.metrics().refused(code);
  }

  /** Counts a message that is sent on. */
  public StreamMessage started(Decision.Routed decision) {
    return new StreamMessage(exchanges, decision, takePending());
  }

  /** A worker for a decision, or for what answers instead; empty when there is none. */
  public Optional<Attempt> open(Decision.Routed decision) {
    return lease(decision).or(() -> decision.route().fallbackFrom(decision).flatMap(this::lease));
  }

  private Optional<Attempt> lease(Decision.Routed decision) {
    long now = exchanges.nanoTime();
    return Optional.ofNullable(
            exchanges
                .workers()
                .lease(decision.variant().served(), null, null, now, exchanges.random()))
        .map(lease -> attempt(decision, lease, now));
  }

  private Attempt attempt(Decision.Routed decision, Lease lease, long now) {
    attempts++;
    RequestTrace.Span span = trace.attempt(decision, lease.worker().id(), attempts);
    return new Attempt(
        attempts,
        false,
        lease,
        decision,
        now,
        Long.MAX_VALUE,
        exchanges.metrics().variant(decision).assignment(decision, 1),
        span.traceparent(),
        span);
  }

  /** Why there is no worker. */
  public Decision.Refused noWorker(Decision.Routed decision) {
    return exchanges.noWorker(decision);
  }

  /** Whether some ready worker has the decision's version. */
  public boolean hasReady(Decision.Routed decision) {
    return exchanges.workers().hasReady(decision.variant().served());
  }

  /** A worker's part of the stream ended. */
  public void attemptEnded(
      Attempt attempt, StatusCode code, String message, boolean endedByClient) {
    attempt.span().end(code, message);
    attempt
        .lease()
        .end(
            endedByClient
                ? Lease.Impression.NONE
                : code == StatusCode.UNAVAILABLE
                    ? Lease.Impression.FAILED
                    : Lease.Impression.ANSWERED,
            Lease.UNTIMED,
            exchanges.nanoTime());
  }

  /** The client's stream ended. */
  public void ended(StatusCode code, String message) {
    takePending().release();
    trace.end(code, message);
  }

  /** Whether a worker should get no further messages when another one can have them. */
  public static boolean isLeaving(Worker worker) {
    return !(worker.health() instanceof WorkerHealth.Ready);
  }
}
