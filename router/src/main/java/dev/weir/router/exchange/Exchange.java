package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Worker;
import dev.weir.router.limit.Admission;
import dev.weir.router.outcome.Ticket;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.FallbackTrigger;
import dev.weir.router.policy.HedgeRule;
import dev.weir.router.policy.Ladder;
import dev.weir.router.policy.Rung;
import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.StatusCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One whole request from its decision to its final status. Its events come one at a time, on the
 * request's event loop; only {@link #ended} may come from another thread, at any time, and counts
 * once.
 *
 * <p>Tried again elsewhere is what got no answer: UNAVAILABLE (a lost connection, a draining
 * worker, a worker that refuses), a cancellation that was not the client's, and a try whose own
 * time was over. A retry needs a token of the route's budget, and so does a hedge: a second attempt
 * beside one that takes unusually long. Two attempts are in flight at most, the first good answer
 * counts, and the failure of one is no end while the other may still answer.
 *
 * <p>When a version has no ready worker or all its tries have ended so, the next rung of the
 * route's ladder answers, or without a ladder the baseline for a canary. That is no retry and not
 * from the budget: another version is asked, whose tries count anew. The unit that was drawn for
 * the canary is then counted as an UNAVAILABLE outcome of the canary, since otherwise a canary that
 * cannot be reached would look healthy.
 */
public final class Exchange {
  private static final Ticket FINISHED = (code, latencyNanos, sampledTraceId) -> {};
  private static final VarHandle ENDED;
  private static final VarHandle TICKET;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ENDED = lookup.findVarHandle(Exchange.class, "ended", boolean.class);
      TICKET = lookup.findVarHandle(Exchange.class, "ticket", Ticket.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Exchanges exchanges;
  private final Admission.Granted admission;
  private final RequestTrace trace;
  private final long startNanos;

  // these two by their handles: ended() may come from another thread
  private boolean ended;
  private Ticket ticket;

  private Decision.Routed decision;
  private KnownVariant variant;
  private int attempts;
  private long deadlineNanos;
  private int attemptsOfVersion;
  private int inFlight;
  private boolean answered;
  private boolean endedHere;
  private int rung = Ladder.GROUND;
  private @Nullable Worker lastTried;
  private @Nullable Worker triedBefore;
  private @Nullable Failure failure;

  Exchange(
      Exchanges exchanges,
      Decision.Routed decision,
      KnownVariant variant,
      Admission.Granted admission,
      RequestTrace trace,
      long nowNanos) {
    this.exchanges = exchanges;
    this.decision = decision;
    this.variant = variant;
    this.admission = admission;
    this.trace = trace;
    this.startNanos = nowNanos;
    this.deadlineNanos = startNanos + exchanges.timeoutNanos(decision);
    this.ticket = exchanges.ledger().start(decision);
    variant.route().budget().request(startNanos);
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

  /**
   * Says what the client has left; before {@link #begin}.
   *
   * @param clientLeftNanos from now on; {@link Long#MAX_VALUE}: the client gives no time
   * @return time for an answer from now on, nanoseconds: the client's or the route's, whichever is
   *     less
   */
  public long limit(long clientLeftNanos) {
    long left = Math.min(clientLeftNanos, deadlineNanos - startNanos);
    deadlineNanos = startNanos + left;
    return left;
  }

  /** The first step. */
  public NextStep begin() {
    Attempt first = attempt(startNanos, false);
    return first != null
        ? new NextStep.Send(first)
        : instead(noWorker(), FallbackTrigger.UNAVAILABLE, startNanos);
  }

  /** Like the longer one, for a worker that says nothing about trying again. */
  public NextStep attemptFailed(
      Attempt attempt,
      StatusCode code,
      String message,
      boolean nothingAnswered,
      boolean clientGone) {
    return attemptFailed(attempt, code, message, nothingAnswered, clientGone, Pushback.NONE);
  }

  /**
   * An attempt ended without an answer that could be given to the client.
   *
   * @param nothingAnswered no part of an answer has come
   * @param clientGone the client cancelled or its time is over: nobody waits any more
   * @param pushbackMillis what the worker says about trying again, see {@link Pushback}
   */
  public NextStep attemptFailed(
      Attempt attempt,
      StatusCode code,
      String message,
      boolean nothingAnswered,
      boolean clientGone,
      long pushbackMillis) {
    long now = exchanges.nanoTime();
    attempt.span().end(code, message);
    if (!finish(attempt, Failure.impression(code, clientGone), now) || answered) {
      return NextStep.WAIT;
    }
    boolean isTimeOfTry =
        code == StatusCode.DEADLINE_EXCEEDED
            && attempt.startNanos() + attempt.timeoutNanos() - deadlineNanos < 0
            && now - deadlineNanos < 0;
    var latest = new Failure(code, message, isTimeOfTry);
    boolean retryable = nothingAnswered && !clientGone && latest.isRetryable();
    if (failure == null || failure.isRetryable()) {
      // what the model said is worth more than what a worker could not say
      failure = latest;
    }
    if (inFlight > 0) {
      return NextStep.WAIT;
    }
    if (clientGone || !nothingAnswered) {
      return clientGone ? new NextStep.End(code, message) : latest.end();
    }
    return retryable && failure == latest
        ? again(latest, pushbackMillis, now)
        : instead(failure, failure.trigger(), now);
  }

  private NextStep again(Failure failed, long pushbackMillis, long now) {
    if (attemptsOfVersion >= exchanges.maxAttempts(decision) || pushbackMillis == Pushback.NEVER) {
      return instead(failed, failed.trigger(), now);
    }
    if (pushbackMillis > 0) {
      long nanos = pushbackMillis * 1_000_000;
      return nanos <= exchanges.longestPushbackNanos() && now + nanos - deadlineNanos < 0
          ? new NextStep.Pause(nanos)
          : instead(failed, failed.trigger(), now);
    }
    return retry(failed, now);
  }

  private NextStep retry(Failure failed, long now) {
    if (!takeFromBudget(now)) {
      return instead(failed, failed.trigger(), now);
    }
    Attempt next = attempt(now, false);
    if (next == null) {
      return instead(failed, failed.trigger(), now);
    }
    variant.retried();
    return new NextStep.Send(next);
  }

  /** The time that a {@link NextStep.Pause} asked for is over. */
  public NextStep resume() {
    Failure failed = failure;
    if (failed == null || inFlight > 0 || answered) {
      return NextStep.WAIT;
    }
    long now = exchanges.nanoTime();
    return ended ? failed.end() : retry(failed, now);
  }

  private boolean takeFromBudget(long now) {
    boolean taken = variant.route().budget().tryTake(exchanges.budgetShare(decision), now);
    if (!taken) {
      variant.overBudget();
    }
    return taken;
  }

  /** An attempt brought the answer. Others that are in flight are to be abandoned. */
  public void attemptAnswered(Attempt attempt) {
    attempt.span().end(StatusCode.OK, "");
    if (finish(attempt, Lease.Impression.ANSWERED, exchanges.nanoTime()) && !answered) {
      answered = true;
      if (attempt.isHedge()) {
        variant.hedgeWon();
      }
    }
  }

  /** An attempt was given up: another one has answered, or the client has gone. */
  public void attemptAbandoned(Attempt attempt) {
    attempt.span().end(StatusCode.CANCELLED, "given up");
    finish(attempt, Lease.Impression.NONE, exchanges.nanoTime());
  }

  /** False when it had ended before. */
  private boolean finish(Attempt attempt, Lease.Impression impression, long now) {
    long latency = now - attempt.startNanos();
    if (!attempt.lease().end(impression, latency, now)) {
      return false;
    }
    inFlight--;
    if (attempt.decision().treatment().hedge() != null) {
      // also when it was given up: without the slow ones the quantile would sink and sink
      variant.latencies(now).record(latency, now);
    }
    return true;
  }

  /**
   * How long after an attempt's start a second one may be sent beside it.
   *
   * @return nanoseconds; -1: it may not, or too little is known of the version's latency
   */
  public long hedgeDelayNanos() {
    HedgeRule rule = decision.treatment().hedge();
    if (rule == null || attemptsOfVersion >= exchanges.maxAttempts(decision)) {
      return -1;
    }
    long now = exchanges.nanoTime();
    long quantile = variant.latencies(now).nanos(rule.afterQuantile(), now);
    return quantile < 0 ? -1 : Math.max(quantile, rule.minDelayNanos());
  }

  /**
   * A second attempt beside the one in flight, on another worker.
   *
   * @return null: there is no budget, no other worker, or nothing to hedge
   */
  public @Nullable Attempt hedge() {
    boolean hedgeable =
        inFlight == 1
            && !answered
            && !ended
            && decision.treatment().hedge() != null
            && attemptsOfVersion < exchanges.maxAttempts(decision);
    if (!hedgeable) {
      return null;
    }
    long now = exchanges.nanoTime();
    Lease lease =
        exchanges
            .workers()
            .lease(decision.variant().served(), lastTried, triedBefore, now, exchanges.random());
    if (lease == null) {
      return null;
    }
    if (!takeFromBudget(now)) {
      lease.end(Lease.Impression.NONE, 0, now);
      return null;
    }
    variant.hedged();
    return attempt(lease, now, true);
  }

  /** Null: no worker. */
  private @Nullable Attempt attempt(long now, boolean isHedge) {
    VersionId version = decision.variant().served();
    Lease lease =
        exchanges.workers().lease(version, lastTried, triedBefore, now, exchanges.random());
    if (lease == null && triedBefore != null) {
      lease = exchanges.workers().lease(version, lastTried, null, now, exchanges.random());
    }
    return lease == null ? null : attempt(lease, now, isHedge);
  }

  private Attempt attempt(Lease lease, long now, boolean isHedge) {
    int number = attempts + 1;
    attempts = number;
    attemptsOfVersion++;
    inFlight++;
    triedBefore = lastTried;
    lastTried = lease.worker();
    RequestTrace.Span span = trace.attempt(decision, lease.worker().id(), number);
    return new Attempt(
        number,
        isHedge,
        lease,
        decision,
        now,
        timeoutNanos(now),
        variant.assignment(decision, number),
        span.traceparent(),
        span);
  }

  private long timeoutNanos(long now) {
    long left = Math.max(0, deadlineNanos - now);
    long perTry = decision.treatment().perTryTimeoutNanos();
    return perTry == 0 ? left : Math.min(perTry, left);
  }

  /** The version could not answer: another one that has a worker does, or nobody. */
  private NextStep instead(Failure failed, @Nullable FallbackTrigger why, long now) {
    FallbackTrigger trigger = why;
    while (trigger != null) {
      Decision.Routed other = nextRung(trigger);
      if (other == null) {
        break;
      }
      VersionId version = other.variant().served();
      Lease lease = exchanges.workers().lease(version, null, null, now, exchanges.random());
      if (lease != null) {
        fallBack(other, failed.code(), now);
        return new NextStep.Send(attempt(lease, now, false));
      }
      // a ladder may go on; without one there is only the baseline
      trigger = decision.treatment().ladder() == null ? null : FallbackTrigger.UNAVAILABLE;
    }
    return failed.end();
  }

  private Decision.@Nullable Routed nextRung(FallbackTrigger trigger) {
    Ladder ladder = decision.treatment().ladder();
    if (ladder == null) {
      return trigger == FallbackTrigger.UNAVAILABLE
          ? decision.route().fallbackFrom(decision).orElse(null)
          : null;
    }
    VersionId version = decision.variant().served();
    for (int at = ladder.next(rung, trigger, version);
        at >= 0;
        at = ladder.next(at, trigger, version)) {
      rung = at;
      if (ladder.rung(at) instanceof Rung.OtherVariant(var other)) {
        return decision.insteadBy(other);
      }
    }
    return null;
  }

  private void fallBack(Decision.Routed other, StatusCode code, long now) {
    Ticket drawn = (Ticket) TICKET.getVolatile(this);
    if (drawn != FINISHED) {
      Ticket plain = exchanges.ledger().startPlain(other);
      if (TICKET.compareAndSet(this, drawn, plain)) {
        StatusCode outcome = code == StatusCode.CANCELLED ? StatusCode.UNAVAILABLE : code;
        drawn.finish(outcome, now - startNanos, trace.sampledTraceId());
      } else {
        // the client went away at this very moment
        plain.finish(StatusCode.CANCELLED, now - startNanos, null);
      }
    }
    decision = other;
    variant = exchanges.metrics().decided(other);
    trace.decided(other);
    attemptsOfVersion = 0;
    lastTried = null;
    triedBefore = null;
    failure = null;
  }

  private Failure noWorker() {
    endedHere = true;
    Decision.Refused refusal = exchanges.noWorker(decision);
    return new Failure(refusal.code(), refusal.message(), false);
  }

  /**
   * What a client is told about trying again, after a {@link NextStep.End} that is the router's own
   * word and not a worker's.
   *
   * @return milliseconds; -1: nothing
   */
  public long clientPushbackMillis() {
    return endedHere && attempts == 0 ? exchanges.clientPushbackMillis() : -1;
  }

  /** The client's call is over; later calls are ignored. */
  public void ended(StatusCode code, String message) {
    if (ENDED.compareAndSet(this, false, true)) {
      admission.release();
      long latency = exchanges.nanoTime() - startNanos;
      // whoever takes the ticket finishes it
      ((Ticket) TICKET.getAndSet(this, FINISHED)).finish(code, latency, trace.sampledTraceId());
      exchanges.metrics().ended(variant, code, latency);
      if (code == StatusCode.OK && decision.experiment() != null) {
        exchanges.exposures().answered(decision);
      }
      trace.end(code, message);
    }
  }
}
