package dev.weir.router.exchange;

import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Worker;
import dev.weir.router.limit.Admission;
import dev.weir.router.mirror.AnsweredTwice;
import dev.weir.router.mirror.MirrorResult;
import dev.weir.router.outcome.Ticket;
import dev.weir.router.policy.ConfidenceGate;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.FallbackTrigger;
import dev.weir.router.policy.HedgeRule;
import dev.weir.router.policy.Ladder;
import dev.weir.router.policy.MirrorRule;
import dev.weir.router.policy.Reason;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.policy.Rung;
import dev.weir.router.policy.VersionId;
import dev.weir.router.stored.AnswerCache;
import dev.weir.router.stored.RequestKey;
import dev.weir.router.stored.StoredAnswer;
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
 * cannot be reached would look healthy. An answer that the ladder has in store counts for no
 * version.
 *
 * <p>An answer that the ladder's confidence gate holds back ends its attempt well, and its unit's
 * outcome is OK; the ladder goes on, and whoever brings the bytes keeps that answer meanwhile, to
 * {@link #settleFor} it when nothing better comes.
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
  private final @Nullable Sequence sequence;
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
  private @Nullable Instead instead;
  private @Nullable RequestKey key;
  private Mirroring mirroring;
  private @Nullable Copy copy;
  private byte @Nullable [] answer;

  /** Where the copy for the shadow stands. */
  private enum Mirroring {
    NONE,
    WANTED,
    DONE
  }

  Exchange(
      Exchanges exchanges,
      Decision.Routed decision,
      KnownVariant variant,
      @Nullable Sequence sequence,
      Admission.Granted admission,
      RequestTrace trace,
      long nowNanos) {
    this.exchanges = exchanges;
    this.decision = decision;
    this.variant = variant;
    this.sequence = sequence;
    this.admission = admission;
    this.trace = trace;
    this.startNanos = nowNanos;
    this.deadlineNanos = startNanos + exchanges.timeoutNanos(decision);
    this.ticket = exchanges.ledger().start(decision);
    this.mirroring = decision.mirror() == null ? Mirroring.NONE : Mirroring.WANTED;
    variant.route().budget().request(startNanos);
    trace.decided(decision);
  }

  /** The decision in force: another than the first after a fallback. */
  public Decision.Routed decision() {
    return decision;
  }

  /** What the client gets instead of the assigned variant's answer; null: it gets that one. */
  public @Nullable Instead insteadOf() {
    return instead;
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
    boolean isOver = attemptsOfVersion >= exchanges.maxAttempts(decision);
    boolean isLost = sequence != null && !sequence.starts();
    if (isOver || isLost || pushbackMillis == Pushback.NEVER) {
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

  /** What the answer of the version in force must show; null: it need not be looked at. */
  public @Nullable ConfidenceGate gate() {
    Ladder ladder = decision.treatment().ladder();
    return ladder == null ? null : ladder.gateBeyond(rung, decision.variant().served());
  }

  /**
   * An attempt brought an answer that the gate holds back. Others that are in flight were
   * abandoned.
   *
   * @return {@link NextStep.End} when nothing better comes
   */
  public NextStep attemptUnsure(Attempt attempt) {
    long now = exchanges.nanoTime();
    attempt.span().end(StatusCode.OK, "");
    return finish(attempt, Lease.Impression.ANSWERED, now) && !answered
        ? instead(Failure.UNSURE, FallbackTrigger.LOW_CONFIDENCE, now)
        : NextStep.WAIT;
  }

  /**
   * Nothing better came than this attempt's answer, that was held back: the client gets it.
   *
   * @param code what became of what was tried after it
   */
  public void settleFor(Attempt attempt, StatusCode code) {
    answered = true;
    instead = Instead.UNSURE;
    variant.route().instead(Instead.UNSURE, FallbackTrigger.LOW_CONFIDENCE);
    if (decision != attempt.decision()) {
      swapTicket(FINISHED, code, exchanges.nanoTime());
      decision = attempt.decision();
      variant = exchanges.metrics().variant(decision);
    }
  }

  /**
   * Whether the answer's bytes are wanted, before it is given to the client: to be kept, or
   * compared with the shadow's.
   */
  public boolean wantsAnswer() {
    return copy != null || key != null && instead == null;
  }

  /**
   * The answer that is given to the client.
   *
   * @param message serialised, as the worker sent it; not to be changed
   */
  public void answerIs(byte[] message) {
    answer = message;
    Ladder ladder = decision.treatment().ladder();
    Rung.Cached cached = ladder == null ? null : ladder.cache();
    RequestKey asked = key;
    if (cached != null && asked != null && instead == null) {
      var kept = new StoredAnswer(message, decision.variant().served(), cached);
      variant.route().answers(cached, exchanges.clock()).put(asked, kept);
    }
  }

  /** Whether answers to this request are kept: {@link #requestIs} is to be told what it asks. */
  public boolean keepsAnswers() {
    Ladder ladder = decision.treatment().ladder();
    return ladder != null && ladder.cache() != null;
  }

  /** Says what the request asks, as soon as that is known. */
  public void requestIs(RequestKey asked) {
    key = asked;
  }

  /** Whether a copy for a shadow version is still to be made. */
  public boolean wantsCopy() {
    return mirroring == Mirroring.WANTED;
  }

  /**
   * The copy for the shadow version, once.
   *
   * @param bytes length of the request, which is here as a whole; -1: it is not kept
   * @param isBusy much waits for slow receivers
   * @param requestId the request's id
   * @return null: none is sent, and that was counted
   */
  public @Nullable Copy copy(int bytes, boolean isBusy, String requestId) {
    MirrorRule rule = decision.mirror();
    if (mirroring != Mirroring.WANTED || rule == null) {
      return null;
    }
    mirroring = Mirroring.DONE;
    if (isBusy) {
      variant.route().mirrored(MirrorResult.NO_ROOM);
      return null;
    }
    copy = Copy.open(exchanges, variant.route(), decision, rule, sequence, bytes, requestId, trace);
    return copy;
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
    if (rule == null || sequence != null || attemptsOfVersion >= exchanges.maxAttempts(decision)) {
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
            && sequence == null
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
    if (sequence != null) {
      Lease lease = sequenceLease(sequence, version, now);
      if (lease != null && lease.worker() == lastTried) {
        lease.end(Lease.Impression.NONE, 0, now);
        return null;
      }
      return lease == null ? null : attempt(lease, now, isHedge);
    }
    Lease lease =
        exchanges.workers().lease(version, lastTried, triedBefore, now, exchanges.random());
    if (lease == null && triedBefore != null) {
      lease = exchanges.workers().lease(version, lastTried, null, now, exchanges.random());
    }
    return lease == null ? null : attempt(lease, now, isHedge);
  }

  /**
   * The one worker that remembers the sequence, or will. Once it was asked, what is no start is
   * lost with it; a start goes where the sequence belongs when that worker has left.
   */
  private @Nullable Lease sequenceLease(Sequence of, VersionId version, long now) {
    if (attempts > 0 && !of.starts()) {
      return null;
    }
    return exchanges.workers().leaseFor(version, of.key(), now);
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

  /** The version could not answer, or not well enough: something else does, or nobody. */
  private NextStep instead(Failure failed, @Nullable FallbackTrigger why, long now) {
    Ladder ladder = decision.treatment().ladder();
    if (ladder != null) {
      return climb(ladder, failed, why, now);
    }
    if (why == FallbackTrigger.UNAVAILABLE) {
      Decision.Routed baseline = decision.route().fallbackFrom(decision).orElse(null);
      NextStep asked = baseline == null ? null : ask(baseline, failed, Instead.BASELINE, why, now);
      if (asked != null) {
        return asked;
      }
    }
    return failed.end();
  }

  private NextStep climb(Ladder ladder, Failure failed, @Nullable FallbackTrigger why, long now) {
    FallbackTrigger trigger = why;
    while (trigger != null) {
      int at = ladder.next(rung, trigger, decision.variant().served());
      if (at < 0) {
        break;
      }
      rung = at;
      NextStep step =
          switch (ladder.rung(at)) {
            case Rung.OtherVariant(var other) ->
                ask(decision.insteadBy(other), failed, Instead.VARIANT, trigger, now);
            case Rung.Cached cached -> recall(cached, failed, trigger, now);
            case Rung.Fixed fixed ->
                give(new StoredAnswer(fixed.response(), null, fixed), failed, trigger, now);
          };
      if (step != null) {
        return step;
      }
      if (ladder.rung(at) instanceof Rung.OtherVariant) {
        trigger = FallbackTrigger.UNAVAILABLE;
      }
    }
    return failed.end();
  }

  /** Asks another version; null: it has no worker. */
  private @Nullable NextStep ask(
      Decision.Routed other, Failure failed, Instead as, FallbackTrigger why, long now) {
    VersionId version = other.variant().served();
    Lease lease =
        sequence != null
            ? sequenceLease(sequence, version, now)
            : exchanges.workers().lease(version, null, null, now, exchanges.random());
    if (lease == null) {
      return null;
    }
    variant.route().instead(as, why);
    instead = as;
    fallBack(other, failed.code(), now);
    return new NextStep.Send(attempt(lease, now, false));
  }

  /** The last good answer to the same request; null: none is kept. */
  private @Nullable NextStep recall(
      Rung.Cached cached, Failure failed, FallbackTrigger why, long now) {
    AnswerCache answers = variant.route().answers(cached, exchanges.clock());
    StoredAnswer found = key == null ? null : answers.find(key);
    if (found != null && isOfRoute(found)) {
      answers.asked(true);
      return give(found, failed, why, now);
    }
    answers.asked(false);
    return null;
  }

  /** A version that has left its route does not go on answering from memory. */
  private boolean isOfRoute(StoredAnswer found) {
    for (RouteVariant variantNow : decision.route().variants()) {
      if (variantNow.served().equals(found.version())) {
        return true;
      }
    }
    return false;
  }

  private NextStep give(StoredAnswer stored, Failure failed, FallbackTrigger why, long now) {
    KnownRoute route = variant.route();
    Instead as = Instead.of(stored.rung());
    route.instead(as, why);
    instead = as;
    swapTicket(FINISHED, failed.code(), now);
    variant = route.variant("");
    variant.decided(Reason.FALLBACK);
    return new NextStep.Give(stored);
  }

  private void fallBack(Decision.Routed other, StatusCode code, long now) {
    if (TICKET.getVolatile(this) != FINISHED) {
      swapTicket(exchanges.ledger().startPlain(other), code, now);
    }
    decision = other;
    variant = exchanges.metrics().decided(other);
    trace.decided(other);
    attemptsOfVersion = 0;
    lastTried = null;
    triedBefore = null;
    failure = null;
  }

  /** Ends the count that is running with a code, and goes on with another one. */
  private void swapTicket(Ticket next, StatusCode code, long now) {
    Ticket running = (Ticket) TICKET.getVolatile(this);
    if (TICKET.compareAndSet(this, running, next)) {
      running.finish(Failure.told(code), now - startNanos, trace.sampledTraceId());
    } else {
      // the client went away at this very moment
      next.finish(StatusCode.CANCELLED, now - startNanos, null);
    }
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
      if (mirroring != Mirroring.NONE) {
        endMirroring(code, latency);
      }
      if (code == StatusCode.OK && instead == null && decision.experiment() != null) {
        exchanges.exposures().answered(decision);
      }
      trace.end(code, message);
    }
  }

  private void endMirroring(StatusCode code, long latencyNanos) {
    if (mirroring == Mirroring.WANTED) {
      variant.route().mirrored(MirrorResult.NO_REQUEST);
    }
    Copy sent = copy;
    if (sent != null) {
      sent.primaryEnded(
          instead != null && instead != Instead.UNSURE
              ? null
              : new AnsweredTwice.Side(
                  decision.variant().served(),
                  decision.variant().name(),
                  code,
                  latencyNanos,
                  trace.sampledTraceId(),
                  answer));
    }
  }
}
