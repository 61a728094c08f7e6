package dev.weir.router.exchange;

import dev.weir.router.limit.Admission;
import dev.weir.router.outcome.Ticket;
import dev.weir.router.policy.Decision;
import dev.weir.router.wire.StatusCode;

/** One message of a stream that waits for its answer. Not thread-safe: its stream's thread only. */
public final class StreamMessage {
  private final Exchanges exchanges;
  private final Decision.Routed decision;
  private final Admission.Granted admission;
  private final Ticket ticket;
  private final long startNanos;
  private boolean ended;

  StreamMessage(Exchanges exchanges, Decision.Routed decision, Admission.Granted admission) {
    this.exchanges = exchanges;
    this.decision = decision;
    this.admission = admission;
    this.ticket = exchanges.ledger().startPlain(decision);
    this.startNanos = exchanges.nanoTime();
    exchanges.metrics().started();
  }

  /** Counts its end; later calls are ignored. */
  public void ended(StatusCode code) {
    if (!ended) {
      ended = true;
      admission.release();
      long latency = exchanges.nanoTime() - startNanos;
      ticket.finish(code, latency, null);
      exchanges.metrics().ended(exchanges.metrics().variant(decision), code, latency);
      if (code == StatusCode.OK) {
        exchanges.exposures().answered(decision);
      }
    }
  }
}
