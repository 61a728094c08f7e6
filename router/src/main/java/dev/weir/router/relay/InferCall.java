package dev.weir.router.relay;

import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Copy;
import dev.weir.router.exchange.Exchange;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.exchange.NextStep;
import dev.weir.router.exchange.Pushback;
import dev.weir.router.exchange.RequestIds;
import dev.weir.router.http2.DeadlineWheel;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.StreamListener;
import dev.weir.router.identity.Identification;
import dev.weir.router.policy.ConfidenceGate;
import dev.weir.router.stored.StoredAnswer;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.OverrideFields;
import dev.weir.router.wire.RequestPeek;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ModelInfer} on its way through.
 *
 * <pre>
 *   READING    its leading fields are not read yet; nothing was decided
 *   RELAYING   an attempt is under way; the client has seen nothing, or (committed) the answer's beginning
 *   ENDED      the client has its status, or is gone; what still comes is dropped
 * </pre>
 *
 * It is its own deadline: armed when the headers came, disarmed when the client's stream is closed,
 * so that a client that does not read its answer holds nothing for longer.
 */
final class InferCall extends DeadlineWheel.Deadline implements StreamListener, AttemptOwner {
  private static final String SEQUENCE_ID = "sequence_id";

  private enum State {
    READING,
    RELAYING,
    ENDED
  }

  private final CallContext context;
  private final RelayLoop loop;
  private final Http2Stream client;
  private final Identification caller;
  private final MessageFlow request;
  private final RequestPeek peek = new RequestPeek();
  private State state = State.READING;
  private final RequestHeaders headers;
  private final MessageFacts facts;
  private @Nullable Inflate inflate;
  private long arrivalNanos;
  private long clientDeadline;
  private boolean hasClientDeadline;
  private long deadline;
  private @Nullable Exchange exchange;
  private @Nullable InferAttempt running;
  private @Nullable InferAttempt beside;
  private @Nullable Later later;
  private @Nullable Unsure unsure;
  private boolean committed;

  /** An answer that the confidence gate holds back, until there is a better one. */
  private record Unsure(InferAttempt attempt, Http2Headers headers, Http2Headers trailers) {}

  InferCall(CallContext context, RelayLoop loop, Http2Stream client, Identification caller) {
    this.context = context;
    this.loop = loop;
    this.client = client;
    this.caller = caller;
    this.headers = new RequestHeaders(context.headers());
    this.facts = new MessageFacts(peek, headers, caller);
    this.request =
        new MessageFlow(
            context.allocator(), context.keepBudget(), context.config().keepRequestBytes());
    context.calls().of(CallKind.UNARY).started();
  }

  // ---- what comes from the client

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers received, boolean end) {
    if (state != State.READING || headers.areHere()) {
      // trailers of a request have no meaning in gRPC, but for the end that they are
      if (end) {
        requestEnded();
      }
      return;
    }
    headers.receive(received);
    arrivalNanos = loop.http2().clock().nanoTime();
    long timeout = GrpcHeaders.timeoutNanos(received.get(GrpcHeaders.TIMEOUT));
    hasClientDeadline = timeout >= 0;
    clientDeadline = arrivalNanos + timeout;
    deadline = earlierOf(context.exchanges().timeoutNanos());
    loop.http2().deadlines().arm(this, deadline);
    switch (Entry.of(context, caller, received)) {
      case Entry.Refused(var code, var text) -> refuseUnread(code, text);
      case Entry.Taken(var encoding) -> {
        inflate = encoding;
        if (end) {
          requestEnded();
        }
      }
    }
  }

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    if (state == State.ENDED) {
      stream.credit(length);
      return;
    }
    int at = in.readerIndex();
    int left = length;
    boolean room = headroom;
    if (!request.hasPrefix()) {
      int prefix = request.prefix(stream, in, at, left);
      at += prefix;
      left -= prefix;
      room = headroom && prefix == MessageFlow.PREFIX_BYTES;
      if (request.hasPrefix() && !acceptPrefix()) {
        stream.credit(left);
        return;
      }
    }
    if (left > 0 && !payload(in, at, left, room)) {
      return;
    }
    if (state == State.READING && request.hasPrefix()) {
      decideWhenKnown();
    } else if (state == State.RELAYING && request.isComplete()) {
      whenWhole(exchange());
      sendCopy(exchange());
    }
    if (end && state != State.ENDED) {
      requestEnded();
    }
  }

  /** Returns whether the message can be taken. */
  private boolean acceptPrefix() {
    String tooLong = request.tooLong(context.maxMessageBytes());
    if (tooLong != null) {
      refuseUnread(StatusCode.RESOURCE_EXHAUSTED, "request message: " + tooLong);
      return false;
    }
    if (request.isCompressed() && inflate == null) {
      refuseUnread(StatusCode.INTERNAL, "a compressed message without grpc-encoding");
      return false;
    }
    return true;
  }

  private boolean payload(ByteBuf in, int at, int left, boolean room) {
    if (!request.isCompressed()) {
      try {
        loop.show(peek, in, at, Math.min(left, request.length() - request.taken()));
      } catch (MalformedRequestException e) {
        client.credit(left);
        fail(StatusCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        return false;
      }
    }
    request.payload(client, in, at, left, room);
    if (request.isFollowed()) {
      fail(StatusCode.INTERNAL, "ModelInfer takes one message, and a second one came");
      return false;
    }
    if (request.isCompressed()) {
      // it is collected whole: bounded by the largest message and the budget, not by the window
      return collected();
    }
    return state != State.ENDED;
  }

  /** Returns whether there was room. */
  private boolean collected() {
    if (request.collect(client, context.collectBudget())) {
      return true;
    }
    refuseUnread(
        StatusCode.RESOURCE_EXHAUSTED,
        "the router holds more than "
            + context.config().collectBytes()
            + " bytes of compressed requests");
    return false;
  }

  private void decideWhenKnown() {
    if (request.isComplete()) {
      if (request.isCompressed() && !inflateMessage()) {
        return;
      }
      try {
        peek.finish();
      } catch (MalformedRequestException e) {
        refuseUnread(StatusCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        return;
      }
      decide();
    } else if (!request.isCompressed()) {
      if (peek.isPastLeadingFields() && !peek.model().isEmpty()) {
        peek.decided();
        decide();
      } else if (request.taken() > context.streamWindow() / 2) {
        refuseUnread(
            StatusCode.INVALID_ARGUMENT,
            "model_name: not among the first "
                + request.taken()
                + " bytes (expected: before the tensors)");
      }
    }
  }

  private boolean inflateMessage() {
    Inflate how = inflate;
    try {
      if (how == null || !request.inflate(how, context.maxMessageBytes())) {
        refuseUnread(
            StatusCode.RESOURCE_EXHAUSTED,
            "request message: inflates to more than " + context.maxMessageBytes() + " bytes");
        return false;
      }
      if (!collected()) {
        return false;
      }
      request.show(peek, loop);
      return true;
    } catch (IOException e) {
      refuseUnread(StatusCode.INTERNAL, "the message cannot be inflated: " + e.getMessage());
      return false;
    } catch (MalformedRequestException e) {
      refuseUnread(StatusCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void requestEnded() {
    if (state != State.ENDED && !request.isComplete()) {
      fail(
          StatusCode.INTERNAL,
          request.hasPrefix()
              ? "the request ended inside its message"
              : "ModelInfer takes one message, and none came");
    }
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
    if (state != State.ENDED) {
      boolean late = hasClientDeadline && loop.http2().clock().nanoTime() - clientDeadline >= 0;
      StatusCode code = late ? StatusCode.DEADLINE_EXCEEDED : StatusCode.CANCELLED;
      String text = late ? "the client's deadline passed" : "the client cancelled";
      abandon(code, text);
      if (exchange == null) {
        context.exchanges().refusedUnread(traceparent(), code, text);
      }
      ended(code, text);
    }
    loop.http2().deadlines().disarm(this);
  }

  @Override
  protected void expired() {
    if (state == State.ENDED) {
      client.reset(Http2Error.CANCEL);
      return;
    }
    boolean isClients = hasClientDeadline && deadline - clientDeadline >= 0;
    if (unsure != null && !isClients) {
      abandonAttempts(StatusCode.DEADLINE_EXCEEDED, "the deadline passed");
      settle(unsure, StatusCode.DEADLINE_EXCEEDED);
      return;
    }
    String text = "the deadline passed";
    abandon(StatusCode.DEADLINE_EXCEEDED, text);
    if (committed) {
      ended(StatusCode.DEADLINE_EXCEEDED, text);
      client.reset(Http2Error.CANCEL);
    } else {
      fail(StatusCode.DEADLINE_EXCEEDED, text);
    }
  }

  // ---- deciding

  private void decide() {
    switch (context.exchanges().open(facts, traceparent())) {
      case Exchanges.Opened.Refused(var code, var text) -> respond(code, text, null);
      case Exchanges.Opened.Accepted(var opened) -> {
        exchange = opened;
        state = State.RELAYING;
        headers.requestId(
            RequestIds.choose(peek.id(), headers.get(HeaderRules.REQUEST_ID), context.exchanges()));
        limitTime(opened);
        if (request.isComplete()) {
          whenWhole(opened);
        }
        go(opened.begin());
        if (request.isComplete()) {
          sendCopy(opened);
        }
      }
    }
  }

  /** Says what the request asks, if answers to it are kept. */
  private void whenWhole(Exchange opened) {
    if (opened.keepsAnswers()
        && request.isKept()
        && !peek.hasSeveralIds()
        && peek.parameter(SEQUENCE_ID) == null) {
      opened.requestIs(request.key(peek.idFrom(), peek.idTo()));
    }
  }

  /** Sends the shadow version its copy, if there is to be one and the client still waits. */
  private void sendCopy(Exchange opened) {
    if (!opened.wantsCopy() || state != State.RELAYING) {
      return;
    }
    boolean isBusy = context.counters().queuedBytes() > context.config().maxWaitingBytes() / 2;
    Copy copy = opened.copy(request.isKept() ? request.length() : -1, isBusy, headers.requestId());
    if (copy != null) {
      CopyCall.send(context, loop, copy, client, request.share(), headers);
    }
  }

  /** The client's deadline, or so long after the arrival, whichever is earlier. */
  private long earlierOf(long timeoutNanos) {
    long own = arrivalNanos + timeoutNanos;
    return hasClientDeadline && clientDeadline - own < 0 ? clientDeadline : own;
  }

  private void limitTime(Exchange opened) {
    long now = loop.http2().clock().nanoTime();
    long limit = now + opened.limit(hasClientDeadline ? clientDeadline - now : Long.MAX_VALUE);
    if (limit - deadline != 0) {
      deadline = limit;
      loop.http2().deadlines().disarm(this);
      loop.http2().deadlines().arm(this, limit);
    }
  }

  private @Nullable String traceparent() {
    return headers.text(GrpcHeaders.TRACEPARENT);
  }

  // ---- attempts

  private void go(NextStep step) {
    switch (step) {
      case NextStep.Send(var next) -> start(next);
      case NextStep.Wait _ -> {}
      case NextStep.Pause(var nanos) -> inNanos(nanos, false);
      case NextStep.Give(var answer) -> give(answer);
      case NextStep.End(var code, var text) -> end(code, text, null);
    }
  }

  /** Nothing better comes: the answer that was held back, or the status. */
  private void end(StatusCode code, String text, @Nullable Http2Headers trailers) {
    Unsure held = unsure;
    if (held != null) {
      settle(held, code);
    } else if (committed) {
      brokenOff(code, text, trailers);
    } else {
      respond(code, text, trailers);
    }
  }

  private void start(Attempt next) {
    var started = new InferAttempt(this, context, loop, next);
    if (running == null) {
      running = started;
    } else {
      beside = started;
    }
    long delay = next.isHedge() ? -1 : exchange().hedgeDelayNanos();
    if (delay >= 0) {
      inNanos(delay, true);
    }
    started.start();
  }

  /** A hedge, or a retry that a worker wanted later. */
  private final class Later extends DeadlineWheel.Deadline {
    private final boolean hedges;

    Later(boolean hedges) {
      this.hedges = hedges;
    }

    @Override
    protected void expired() {
      later = null;
      if (state != State.RELAYING) {
        return;
      }
      if (!hedges) {
        go(exchange().resume());
      } else if (request.isComplete() && canSendAgain()) {
        Attempt hedge = exchange().hedge();
        if (hedge != null) {
          start(hedge);
        }
      }
    }
  }

  private void inNanos(long nanos, boolean hedges) {
    cancelLater();
    var next = new Later(hedges);
    later = next;
    loop.http2().deadlines().arm(next, loop.http2().clock().nanoTime() + nanos);
  }

  private void cancelLater() {
    Later waiting = later;
    if (waiting != null) {
      later = null;
      loop.http2().deadlines().disarm(waiting);
    }
  }

  @Override
  public Http2Headers headersFor(Attempt sent, AsciiString authority) {
    long left = sent.startNanos() + sent.timeoutNanos() - loop.http2().clock().nanoTime();
    return headers.forWorker(sent, authority, left);
  }

  @Override
  public void sendRequest(Http2Stream worker, Attempt sent) {
    request.sendTo(worker, client, sent.decision().variant().requestFields(), true);
  }

  /** Whether the request can be sent once more. */
  boolean canSendAgain() {
    return request.isKept() && !committed;
  }

  @Override
  public void outgrown(InferAttempt by, Http2Headers answerHeaders) {
    deliver(by, answerHeaders);
  }

  @Override
  public void ended(InferAttempt by, Http2Headers trailers) {
    forget(by);
    exchange().attemptAnswered(by.sent());
    finish(trailers);
  }

  @Override
  public void answered(InferAttempt by, Http2Headers answerHeaders, Http2Headers trailers) {
    forget(by);
    giveUp(running);
    Exchange opened = exchange();
    ConfidenceGate gate = opened.gate();
    byte[] bytes =
        (gate != null || opened.wantsAnswer()) && !by.isCompressed() ? by.answerBytes() : null;
    if (gate != null && bytes != null && gate.holdsBack(bytes)) {
      dropUnsure();
      by.setAside();
      unsure = new Unsure(by, answerHeaders, trailers);
      cancelLater();
      go(opened.attemptUnsure(by.sent()));
      return;
    }
    dropUnsure();
    if (bytes != null) {
      opened.answerIs(bytes);
    }
    opened.attemptAnswered(by.sent());
    deliver(by, answerHeaders);
    finish(trailers);
  }

  /** The client gets what was held back. */
  private void settle(Unsure held, StatusCode code) {
    unsure = null;
    exchange().settleFor(held.attempt().sent(), code);
    if (exchange().wantsAnswer()) {
      exchange().answerIs(held.attempt().answerBytes());
    }
    deliver(held.attempt(), held.headers());
    finish(held.trailers());
  }

  private void dropUnsure() {
    Unsure held = unsure;
    if (held != null) {
      unsure = null;
      held.attempt().abandon();
    }
  }

  /** The attempt's answer is the client's from now on: no other attempt can be made. */
  private void deliver(InferAttempt by, Http2Headers answerHeaders) {
    committed = true;
    cancelLater();
    giveUp(by == running ? beside : running);
    HeaderRules.passToClient(answerHeaders);
    AnswerHeaders.tell(answerHeaders, exchange(), headers.requestId());
    client.sendHeaders(answerHeaders, false);
    by.passTo(client);
  }

  private void finish(Http2Headers trailers) {
    HeaderRules.passToClient(trailers);
    client.sendHeaders(trailers, true);
    ended(StatusCode.OK, "");
  }

  /** An answer that no worker gives now. */
  private void give(StoredAnswer stored) {
    dropUnsure();
    cancelLater();
    committed = true;
    client.sendHeaders(AnswerHeaders.stored(stored, exchange(), headers.requestId()), false);
    var message = new MessageFlow(context.allocator(), null, 0);
    message.replace(stored.message());
    message.sendTo(
        client,
        client,
        OverrideFields.answer(exchange().decision().route().name(), peek.id()),
        false);
    message.close(client);
    finish(AnswerHeaders.status(null, StatusCode.OK, ""));
  }

  private void giveUp(@Nullable InferAttempt other) {
    if (other != null) {
      forget(other);
      other.abandon();
      exchange().attemptAbandoned(other.sent());
    }
  }

  private void forget(InferAttempt attempt) {
    if (running == attempt) {
      running = beside;
    }
    if (beside == attempt || running == beside) {
      beside = null;
    }
  }

  @Override
  public void failed(
      InferAttempt by, StatusCode code, String text, @Nullable Http2Headers trailers) {
    forget(by);
    if (running == null) {
      request.detach();
    }
    long pushback =
        trailers == null ? Pushback.NONE : Pushback.parse(text(trailers.get(GrpcHeaders.PUSHBACK)));
    NextStep next =
        exchange().attemptFailed(by.sent(), code, text, canSendAgain(), false, pushback);
    if (next instanceof NextStep.End(var endCode, var endText)) {
      // what a worker said beside another status than this one would mislead
      end(endCode, endText, endCode == code ? trailers : null);
    } else {
      go(next);
    }
  }

  private static @Nullable String text(@Nullable CharSequence value) {
    return value == null ? null : value.toString();
  }

  /** The client has a part of the answer: its status has to come behind it. */
  private void brokenOff(StatusCode code, String text, @Nullable Http2Headers trailers) {
    client.sendHeaders(AnswerHeaders.status(trailers, code, text), true);
    ended(code, text);
  }

  /** Ends the attempts that are under way, and drops what is held back: nobody waits for them. */
  private void abandon(StatusCode code, String text) {
    dropUnsure();
    abandonAttempts(code, text);
  }

  private void abandonAttempts(StatusCode code, String text) {
    cancelLater();
    abandon(running, code, text);
    abandon(beside, code, text);
    running = null;
    beside = null;
  }

  private void abandon(@Nullable InferAttempt attempt, StatusCode code, String text) {
    if (attempt != null) {
      attempt.abandon();
      exchange().attemptFailed(attempt.sent(), code, text, false, true, Pushback.NONE);
    }
  }

  private Exchange exchange() {
    Exchange opened = exchange;
    if (opened == null) {
      throw new IllegalStateException("an attempt without an exchange");
    }
    return opened;
  }

  // ---- the end

  private void refuseUnread(StatusCode code, String text) {
    context.exchanges().refusedUnread(traceparent(), code, text);
    respond(code, text, null);
  }

  /** Ends the call with a status that the router gives, in whatever state it is. */
  private void fail(StatusCode code, String text) {
    abandon(code, text);
    if (exchange == null) {
      refuseUnread(code, text);
    } else if (committed) {
      brokenOff(code, text, null);
    } else {
      respond(code, text, null);
    }
  }

  /** A status instead of an answer. */
  private void respond(StatusCode code, String text, @Nullable Http2Headers trailers) {
    Http2Headers answer = AnswerHeaders.status(trailers, code, text);
    GrpcHeaders.beginAnswer(answer);
    if (exchange != null) {
      AnswerHeaders.tell(answer, exchange, headers.requestId());
    } else if (code == StatusCode.UNAVAILABLE || code == StatusCode.RESOURCE_EXHAUSTED) {
      AnswerHeaders.pushBack(answer, context.exchanges().clientPushbackMillis());
    }
    client.sendHeaders(answer, true);
    ended(code, text);
  }

  private void ended(StatusCode code, String text) {
    state = State.ENDED;
    cancelLater();
    context.calls().of(CallKind.UNARY).ended();
    Exchange opened = exchange;
    if (opened != null) {
      opened.ended(code, text);
    }
    request.close(client);
    if (client.endEarly()) {
      loop.http2().deadlines().disarm(this);
    }
  }
}
