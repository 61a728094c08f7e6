package dev.weir.router.relay;

import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.StreamExchange;
import dev.weir.router.http2.DeadlineWheel;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.StreamListener;
import dev.weir.router.identity.Identification;
import dev.weir.router.policy.Cohort;
import dev.weir.router.policy.Decision;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.RequestPeek;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ModelStreamInfer} on its way through, message by message. Each message is decided for
 * by itself (a sequence by its first message) and goes to the leg of its variant; the answers of
 * all legs go to the client as they come. One leg per variant, opened with its first message, so
 * that messages of one variant stay in order.
 *
 * <p>No message is read while the side that it would go to is full: none of the client's while the
 * leg that got the last one is, or while the client does not read what was answered here; and none
 * of a leg's while the client is. So what waits is one message for each side, and the windows.
 *
 * <p>When a worker is lost, each of its messages without an answer gets an error in the stream, and
 * the stream goes on with another worker; a client that asked for gRPC errors (metadata {@code
 * triton_grpc_error: true}) gets UNAVAILABLE instead. Any other status that a worker ends its leg
 * with ends the client's stream.
 *
 * <p>It is its own deadline: the client's while it goes on, if it has one; behind its end, the time
 * that the client has to read the rest. Loop thread only.
 */
final class StreamInferCall extends DeadlineWheel.Deadline
    implements StreamListener, StreamLeg.Owner, MessageReader.Taker {
  private static final AsciiString GRPC_ERRORS = AsciiString.cached("triton_grpc_error");

  private final CallContext context;
  private final RelayLoop loop;
  private final Http2Stream client;
  private final Identification caller;
  private final RequestHeaders headers;
  private final MessageReader requests;
  private final Map<Cohort, StreamLeg> current = new HashMap<>();
  private final List<StreamLeg> open = new ArrayList<>(2);
  private @Nullable StreamExchange exchange;
  private @Nullable Inflate inflate;
  private @Nullable StreamLeg last;
  private boolean wantsGrpcErrors;
  private boolean hasDeadline;
  private long timeout;
  private long deadline;
  private boolean answeredHere;
  private boolean headersSent;
  private boolean halfClosed;
  private boolean turnAsked;
  private int turns;
  private boolean over;

  StreamInferCall(CallContext context, RelayLoop loop, Http2Stream client, Identification caller) {
    this.context = context;
    this.loop = loop;
    this.client = client;
    this.caller = caller;
    this.headers = new RequestHeaders(context.headers());
    this.requests = new MessageReader(context, this);
    context.calls().of(CallKind.STREAM).started();
  }

  // ---- what comes from the client

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers received, boolean end) {
    if (over) {
      return;
    }
    if (!headers.areHere()) {
      headers.receive(received);
      begin(received);
    }
    // trailers of a request have no meaning in gRPC, but for the end that they are
    if (end && !over) {
      requests.end();
    }
  }

  private void begin(Http2Headers received) {
    String traceparent = headers.text(GrpcHeaders.TRACEPARENT);
    switch (Entry.of(context, caller, received)) {
      case Entry.Refused(var code, var text) -> {
        context.exchanges().refusedUnread(traceparent, code, text);
        end(code, text);
      }
      case Entry.Taken(var encoding) -> {
        inflate = encoding;
        exchange = context.exchanges().openStream(traceparent);
        wantsGrpcErrors = "true".equals(headers.text(GRPC_ERRORS));
        timeout = GrpcHeaders.timeoutNanos(received.get(GrpcHeaders.TIMEOUT));
        if (timeout >= 0) {
          hasDeadline = true;
          deadline = loop.http2().clock().nanoTime() + timeout;
          loop.http2().deadlines().arm(this, deadline);
        }
      }
    }
  }

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    requests.data(stream, in, length, headroom);
    if (end && !over) {
      requests.end();
    }
  }

  @Override
  public boolean isReady() {
    StreamLeg to = last;
    return (to == null || to.isReadyForMessages()) && (!answeredHere || client.queuedBytes() == 0);
  }

  @Override
  public void take(MessageFlow message) {
    answeredHere = false;
    if (message.isCompressed() && !inflated(message)) {
      message.dropPieces();
      return;
    }
    var peek = new RequestPeek();
    try {
      message.show(peek, loop);
      peek.finish();
    } catch (MalformedRequestException e) {
      message.dropPieces();
      refuse("", StatusCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      return;
    }
    switch (exchange().decide(new MessageFacts(peek, headers, caller))) {
      case Decision.Refused(var code, var text) -> {
        message.dropPieces();
        refuse(peek.id(), code, text);
      }
      case Decision.Routed routed -> send(message, peek.id(), routed);
    }
  }

  private boolean inflated(MessageFlow message) {
    Inflate how = inflate;
    if (how == null) {
      end(StatusCode.INTERNAL, "a compressed message without grpc-encoding");
      return false;
    }
    try {
      if (message.inflate(how, context.maxMessageBytes())) {
        return true;
      }
      end(
          StatusCode.RESOURCE_EXHAUSTED,
          "request message: inflates to more than " + context.maxMessageBytes() + " bytes");
    } catch (IOException e) {
      end(StatusCode.INTERNAL, "a message cannot be inflated: " + e.getMessage());
    }
    return false;
  }

  @Override
  public void refused(StatusCode code, String text) {
    end(code, "request message: " + text);
  }

  @Override
  public void finished(boolean inMessage) {
    if (inMessage) {
      end(StatusCode.INTERNAL, "the requests ended inside a message");
      return;
    }
    halfClosed = true;
    List.copyOf(open).forEach(StreamLeg::halfClose);
    endWhenDone();
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
    boolean late = hasDeadline && leftNanos() <= 0;
    over(
        late ? StatusCode.DEADLINE_EXCEEDED : StatusCode.CANCELLED,
        late ? "the client's deadline passed" : "the client cancelled");
    loop.http2().deadlines().disarm(this);
  }

  @Override
  protected void expired() {
    if (over) {
      client.reset(Http2Error.CANCEL);
    } else {
      end(StatusCode.DEADLINE_EXCEEDED, "the deadline passed");
    }
  }

  // ---- legs

  private void send(MessageFlow message, String id, Decision.Routed decision) {
    Cohort key = decision.variant().plain();
    StreamLeg there = current.get(key);
    if (there != null && !there.isEnding() && !mayLeave(there, decision)) {
      pass(there, message, id);
      return;
    }
    Optional<Attempt> attempt = exchange().open(decision);
    if (attempt.isEmpty()) {
      message.dropPieces();
      Decision.Refused none = exchange().noWorker(decision);
      refuse(id, none.code(), none.message());
      return;
    }
    if (there != null) {
      there.halfClose();
    }
    var leg = new StreamLeg(this, context, loop, client, attempt.get());
    current.put(key, leg);
    open.add(leg);
    // first the message: when there can be no stream, it is lost like others
    pass(leg, message, id);
    leg.start();
  }

  private void pass(StreamLeg leg, MessageFlow message, String id) {
    last = leg;
    leg.send(message, id, exchange().started(leg.sent().decision()));
  }

  /** Whether its worker takes no more work, and another one does. */
  private boolean mayLeave(StreamLeg leg, Decision.Routed decision) {
    return StreamExchange.isLeaving(leg.sent().worker()) && exchange().hasReady(decision);
  }

  @Override
  public Http2Headers headersFor(Attempt sent, AsciiString authority) {
    long left = hasDeadline ? leftNanos() : RequestHeaders.NO_TIMEOUT;
    return headers.forCopy(sent, authority, left);
  }

  private long leftNanos() {
    return deadline - loop.http2().clock().nanoTime();
  }

  @Override
  public boolean takesAnswers() {
    return client.queuedBytes() == 0;
  }

  @Override
  public void answered(StreamLeg leg, MessageFlow answer, byte[] behind) {
    sendToClient(answer, behind);
  }

  @Override
  public void closed(StreamLeg leg, StatusCode code, String text) {
    if (over) {
      return;
    }
    if (code == StatusCode.CANCELLED
        && hasDeadline
        && WorkerDeadline.mayBeOver(leftNanos(), timeout)) {
      closed(leg, StatusCode.DEADLINE_EXCEEDED, "the deadline passed");
      return;
    }
    open.remove(leg);
    current.values().remove(leg);
    exchange().attemptEnded(leg.sent(), code, text, false);
    boolean isOk = code == StatusCode.OK;
    boolean isLost =
        code == StatusCode.UNAVAILABLE
            || code == StatusCode.CANCELLED
            || isOk && !leg.isHalfClosed();
    if (!isOk && !isLost) {
      leg.endOutstanding(code);
      end(code, text);
      return;
    }
    // a leg that was asked to end and did has answered what its model answers
    List<String> unanswered = leg.endOutstanding(isLost ? StatusCode.UNAVAILABLE : StatusCode.OK);
    if (isLost && !unanswered.isEmpty()) {
      String why =
          text.isEmpty() ? "worker " + leg.sent().worker().id() + ": ended its stream" : text;
      if (wantsGrpcErrors) {
        end(StatusCode.UNAVAILABLE, why);
        return;
      }
      unanswered.forEach(id -> sendError(id, why));
    }
    ready();
    endWhenDone();
  }

  /** Asks for a turn in which messages are taken that were not before. */
  @Override
  public void ready() {
    if (!turnAsked) {
      turnAsked = true;
      loop.http2().loop().execute(this::goOn);
    }
  }

  @Override
  public void onDrained(Http2Stream stream) {
    ready();
  }

  private void goOn() {
    turnAsked = false;
    if (over) {
      letGo();
      return;
    }
    // each time another leg is the first one: the client may be full before the last one's turn
    List<StreamLeg> legs = List.copyOf(open);
    turns++;
    for (int i = 0; i < legs.size(); i++) {
      legs.get(Math.floorMod(turns + i, legs.size())).resume();
    }
    if (!over) {
      requests.resume(client);
    }
  }

  // ---- what goes to the client

  private void refuse(String id, StatusCode code, String text) {
    exchange().refused(code);
    if (wantsGrpcErrors) {
      end(code, text);
    } else {
      sendError(id, text);
      answeredHere = true;
    }
  }

  private void sendError(String id, String text) {
    var error = new MessageFlow(context.allocator(), null, 0);
    error.replace(
        ModelStreamInferResponse.newBuilder()
            .setErrorMessage(text)
            .setInferResponse(ModelInferResponse.newBuilder().setId(id))
            .build()
            .toByteArray());
    sendToClient(error, MessageFlow.NOTHING);
  }

  private void sendToClient(MessageFlow message, byte[] behind) {
    sendHeaders();
    message.sendTo(client, client, behind, false);
    message.dropPieces();
  }

  private void sendHeaders() {
    if (!headersSent) {
      headersSent = true;
      var begin = new DefaultHttp2Headers(false, 4);
      GrpcHeaders.beginAnswer(begin);
      client.sendHeaders(begin, false);
    }
  }

  private StreamExchange exchange() {
    StreamExchange opened = exchange;
    if (opened == null) {
      throw new IllegalStateException("a message of a stream that was not taken");
    }
    return opened;
  }

  // ---- the end

  private void endWhenDone() {
    if (halfClosed && open.isEmpty() && !over) {
      end(StatusCode.OK, "");
    }
  }

  private void end(StatusCode code, String text) {
    if (over) {
      return;
    }
    if (code == StatusCode.OK) {
      sendHeaders();
    }
    Http2Headers trailers = AnswerHeaders.status(null, code, text);
    if (!headersSent) {
      GrpcHeaders.beginAnswer(trailers);
    }
    if (exchange == null && code == StatusCode.RESOURCE_EXHAUSTED) {
      AnswerHeaders.pushBack(trailers, context.exchanges().clientPushbackMillis());
    }
    client.sendHeaders(trailers, true);
    over(code, text);
    letGo();
  }

  /** Nothing more is sent to the client. */
  private void over(StatusCode code, String why) {
    if (over) {
      return;
    }
    over = true;
    for (StreamLeg leg : List.copyOf(open)) {
      leg.endOutstanding(code == StatusCode.OK ? StatusCode.UNAVAILABLE : code);
      leg.cancel();
      exchange().attemptEnded(leg.sent(), StatusCode.CANCELLED, why, true);
    }
    open.clear();
    current.clear();
    requests.close(client);
    context.calls().of(CallKind.STREAM).ended();
    StreamExchange opened = exchange;
    if (opened != null) {
      opened.ended(code, why);
    }
  }

  /** The client need not send more; it has a while to read the rest. */
  private void letGo() {
    loop.http2().deadlines().disarm(this);
    if (!client.endEarly()) {
      long until = loop.http2().clock().nanoTime() + context.exchanges().timeoutNanos();
      loop.http2().deadlines().arm(this, until);
    }
  }
}
