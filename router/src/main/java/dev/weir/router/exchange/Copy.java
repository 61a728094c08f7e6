package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.limit.ByteBudget;
import dev.weir.router.mirror.AnsweredTwice;
import dev.weir.router.mirror.MirrorResult;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.MirrorRule;
import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.StatusCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request's copy for the shadow version: one attempt, that is never tried again. When both it and
 * the request have ended, the pair is told of. Not thread-safe: its request's event loop only.
 */
public final class Copy {
  private final Exchanges exchanges;
  private final KnownRoute route;
  private final MirrorRule rule;
  private final Attempt attempt;
  private final int bytes;
  private final String requestId;
  private final Instant at;

  private AnsweredTwice.@Nullable Side primary;
  private AnsweredTwice.@Nullable Side shadow;
  private boolean primaryEnded;
  private boolean ended;

  private Copy(
      Exchanges exchanges,
      KnownRoute route,
      MirrorRule rule,
      Attempt attempt,
      int bytes,
      String requestId) {
    this.exchanges = exchanges;
    this.route = route;
    this.rule = rule;
    this.attempt = attempt;
    this.bytes = bytes;
    this.requestId = requestId;
    this.at = exchanges.clock().now();
  }

  /** Null: none is sent, for a reason that is counted. */
  static @Nullable Copy open(
      Exchanges exchanges,
      KnownRoute route,
      Decision.Routed original,
      MirrorRule rule,
      @Nullable Sequence sequence,
      int bytes,
      String requestId,
      RequestTrace trace) {
    MirrorResult refused = admit(exchanges.copies(), route, rule, bytes);
    if (refused != null) {
      route.mirrored(refused);
      return null;
    }
    long now = exchanges.nanoTime();
    Decision.Routed decision = rule.copyOf(original);
    VersionId version = decision.variant().served();
    Lease lease =
        sequence != null
            ? exchanges.workers().leaseFor(version, sequence.key(), now)
            : exchanges.workers().lease(version, null, null, now, exchanges.random());
    if (lease == null) {
      release(exchanges.copies(), route, bytes);
      route.mirrored(MirrorResult.NO_WORKER);
      return null;
    }
    RequestTrace.Span span =
        trace.copy(exchanges.tracing(), decision, lease.worker().id(), exchanges.random());
    var attempt =
        new Attempt(
            1,
            false,
            lease,
            decision,
            now,
            rule.timeoutNanos(),
            exchanges.metrics().variant(decision).assignment(decision, 1),
            span.traceparent(),
            span);
    return new Copy(exchanges, route, rule, attempt, bytes, requestId);
  }

  private static @Nullable MirrorResult admit(
      ByteBudget budget, KnownRoute route, MirrorRule rule, int bytes) {
    if (bytes < 0 || bytes > rule.maxRequestBytes()) {
      return MirrorResult.TOO_LONG;
    }
    if (!route.copyStarts(rule.maxInFlight())) {
      return MirrorResult.TOO_MANY;
    }
    if (!budget.take(bytes)) {
      route.copyEnded();
      return MirrorResult.NO_ROOM;
    }
    return null;
  }

  private static void release(ByteBudget budget, KnownRoute route, int bytes) {
    budget.giveBack(bytes);
    route.copyEnded();
  }

  /** What is sent, and where. */
  public Attempt attempt() {
    return attempt;
  }

  /** The request's id. */
  public String requestId() {
    return requestId;
  }

  /**
   * The copy is over; later calls are ignored.
   *
   * @param answer serialised answer; null: none, or too long to be held
   */
  public void ended(StatusCode code, String message, byte @Nullable [] answer) {
    if (ended) {
      return;
    }
    ended = true;
    long now = exchanges.nanoTime();
    long latency = now - attempt.startNanos();
    attempt.span().end(code, message);
    attempt.lease().end(Failure.impression(code, false), latency, now);
    release(exchanges.copies(), route, bytes);
    route.mirrored(
        switch (code) {
          case OK -> MirrorResult.ANSWERED;
          case DEADLINE_EXCEEDED -> MirrorResult.LATE;
          default -> MirrorResult.FAILED;
        });
    shadow =
        new AnsweredTwice.Side(
            rule.shadow().served(), "", code, latency, attempt.span().sampledTraceId(), answer);
    tellWhenBoth();
  }

  /**
   * The request is over.
   *
   * @param side what the client got; null: what the ladder gave, which is not compared
   */
  void primaryEnded(AnsweredTwice.@Nullable Side side) {
    primaryEnded = true;
    primary = side;
    tellWhenBoth();
  }

  private void tellWhenBoth() {
    AnsweredTwice.Side ours = primary;
    AnsweredTwice.Side theirs = shadow;
    if (primaryEnded && ours != null && theirs != null) {
      exchanges.mirrors().add(new AnsweredTwice(route.name(), at, requestId, ours, theirs));
    }
  }
}
