package dev.weir.router.relay;

import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Outstanding;
import dev.weir.router.exchange.StreamMessage;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.StreamListener;
import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.OverrideFields;
import dev.weir.router.wire.StatusCode;
import dev.weir.router.wire.StreamResponsePeek;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a client's stream that goes to one worker for one variant. It waits for a connection
 * with one message at most, since until then it is not ready. Loop thread only.
 */
final class StreamLeg implements StreamListener, LoopLink.Waiter, MessageReader.Taker {
  /** Whose leg it is. */
  interface Owner {
    /** What the worker gets as headers. */
    Http2Headers headersFor(Attempt sent, AsciiString authority);

    /** Whether the client takes another answer now. */
    boolean takesAnswers();

    /**
     * An answer for the client, who is to send or drop it.
     *
     * @param behind bytes to append to it
     */
    void answered(StreamLeg leg, MessageFlow answer, byte[] behind);

    /** The leg may be ready for messages again. */
    void ready();

    /** The leg is over; what has no answer is still outstanding. */
    void closed(StreamLeg leg, StatusCode code, String text);
  }

  private final Owner owner;
  private final CallContext context;
  private final RelayLoop loop;
  private final Http2Stream client;
  private final Attempt sent;
  private final byte[] namesRoute;
  private final MessageReader answers;
  private final Outstanding outstanding = new Outstanding();
  private @Nullable Http2Stream worker;
  private @Nullable MessageFlow first;
  private @Nullable Inflate inflate;
  private @Nullable Ending ending;
  private boolean answering;
  private boolean halfClosed;
  private boolean over;

  /** How the worker ended it, while answers are still to be taken. */
  private record Ending(StatusCode code, String text) {}

  StreamLeg(Owner owner, CallContext context, RelayLoop loop, Http2Stream client, Attempt sent) {
    this.owner = owner;
    this.context = context;
    this.loop = loop;
    this.client = client;
    this.sent = sent;
    VersionId served = sent.decision().variant().served();
    String route = sent.decision().route().name();
    this.namesRoute =
        served.model().equals(route) ? MessageFlow.NOTHING : OverrideFields.streamResponse(route);
    this.answers = new MessageReader(context, this);
  }

  Attempt sent() {
    return sent;
  }

  /** Whether it takes messages without their having to wait. One that is over takes none. */
  boolean isReadyForMessages() {
    Http2Stream to = worker;
    return over || to != null && to.queuedBytes() == 0;
  }

  /** Whether the worker has ended it, though not all answers before that were taken. */
  boolean isEnding() {
    return ending != null;
  }

  boolean isHalfClosed() {
    return halfClosed;
  }

  // ---- what goes to the worker

  /** Sends a message, or keeps it until {@link #start} leads to a stream. */
  void send(MessageFlow message, String id, StreamMessage counted) {
    outstanding.add(id, counted);
    Http2Stream to = worker;
    if (to == null) {
      first = message;
      context.counters().queued(message.length());
    } else {
      forward(message, to);
    }
  }

  private void forward(MessageFlow message, Http2Stream to) {
    message.sendTo(to, client, sent.decision().variant().requestFields(), false);
    message.close(client);
  }

  private @Nullable MessageFlow takeFirst() {
    MessageFlow message = first;
    if (message != null) {
      first = null;
      context.counters().queued(-message.length());
    }
    return message;
  }

  /** Asks for a stream to the worker. */
  void start() {
    link().on(loop).open(this);
  }

  private WorkerLink link() {
    return (WorkerLink) sent.worker().upstream();
  }

  @Override
  public StreamListener listener() {
    return this;
  }

  @Override
  public void opened(Http2Stream stream) {
    worker = stream;
    stream.sendHeaders(owner.headersFor(sent, link().authority()), false);
    MessageFlow message = takeFirst();
    if (message != null) {
      forward(message, stream);
    }
    if (halfClosed) {
      sendEnd(stream);
    }
    owner.ready();
  }

  @Override
  public void failed(String why) {
    close(StatusCode.UNAVAILABLE, fromTransport(why));
  }

  @Override
  public boolean isGone() {
    return over;
  }

  /** Sends no further messages. Idempotent. */
  void halfClose() {
    if (halfClosed) {
      return;
    }
    halfClosed = true;
    Http2Stream to = worker;
    if (to != null) {
      sendEnd(to);
    }
  }

  private static void sendEnd(Http2Stream to) {
    to.sendData(Unpooled.EMPTY_BUFFER, 0, 0, false, null, 0, true);
  }

  @Override
  public void onDrained(Http2Stream stream) {
    owner.ready();
  }

  // ---- what comes from the worker

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
    if (over || ending != null) {
      return;
    }
    if (end) {
      trailers(headers);
    } else if (!answering) {
      answering = true;
      CharSequence status = headers.status();
      if (status == null || !GrpcHeaders.OK_200.contentEquals(status)) {
        notGrpc(status);
        return;
      }
      CharSequence encoding = headers.get(GrpcHeaders.ENCODING);
      inflate = Inflate.isNone(encoding) ? null : Inflate.of(String.valueOf(encoding));
    }
  }

  private void notGrpc(@Nullable CharSequence status) {
    close(
        status == null ? StatusCode.INTERNAL : GrpcHeaders.ofHttpStatus(status),
        fromTransport("HTTP status " + (status == null ? "none" : status)));
  }

  private void trailers(Http2Headers headers) {
    CharSequence load = headers.get(GrpcHeaders.LOAD_REPORT);
    if (load != null) {
      sent.lease().loadReport(load);
    }
    CharSequence number = headers.get(GrpcHeaders.STATUS);
    if (number != null) {
      StatusCode code = GrpcHeaders.code(number);
      String text = GrpcHeaders.decodeMessage(headers.get(GrpcHeaders.MESSAGE));
      boolean unsaid = text.isEmpty() && code != StatusCode.OK;
      endWith(code, unsaid ? fromTransport(code.name()) : text);
    } else if (answering) {
      endWith(StatusCode.UNKNOWN, fromTransport("trailers without grpc-status"));
    } else {
      notGrpc(headers.status());
    }
  }

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    if (over || !answering) {
      stream.credit(length);
    } else {
      answers.data(stream, in, length, headroom);
    }
    if (end) {
      endWith(StatusCode.INTERNAL, fromTransport("the answers ended without a status"));
    }
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
    boolean isReset = reason == CloseReason.RESET;
    endWith(
        isReset ? GrpcHeaders.ofReset(errorCode) : StatusCode.UNAVAILABLE,
        fromTransport(isReset ? "stream reset with error " + errorCode : why));
  }

  private String fromTransport(String what) {
    return "worker " + sent.worker().id() + ": " + what;
  }

  /** It ends when the answers that came before were taken. */
  private void endWith(StatusCode code, String text) {
    if (!over && ending == null) {
      ending = new Ending(code, text);
      answers.end();
    }
  }

  @Override
  public boolean isReady() {
    return owner.takesAnswers();
  }

  @Override
  public void take(MessageFlow answer) {
    if (answer.isCompressed() && !inflated(answer)) {
      answer.dropPieces();
      return;
    }
    StreamResponsePeek peek = StreamResponsePeek.of(answer.views());
    outstanding.answered(peek.id(), peek.isError() ? StatusCode.UNKNOWN : StatusCode.OK);
    owner.answered(this, answer, peek.hasResponse() ? namesRoute : MessageFlow.NOTHING);
  }

  /** The client was not asked whether it takes compressed answers, so that nothing has to be. */
  private boolean inflated(MessageFlow answer) {
    Inflate how = inflate;
    if (how == null) {
      close(
          StatusCode.INTERNAL, fromTransport("a compressed message without a known grpc-encoding"));
      return false;
    }
    try {
      if (answer.inflate(how, context.maxMessageBytes())) {
        return true;
      }
      String limit = "answer message: inflates to more than " + context.maxMessageBytes();
      close(StatusCode.RESOURCE_EXHAUSTED, fromTransport(limit + " bytes"));
    } catch (IOException e) {
      close(StatusCode.INTERNAL, fromTransport("the answer cannot be inflated: " + e.getMessage()));
    }
    return false;
  }

  @Override
  public void refused(StatusCode code, String text) {
    close(code, fromTransport("answer message: " + text));
  }

  @Override
  public void finished(boolean inMessage) {
    Ending how = ending;
    if (how == null) {
      return;
    }
    if (inMessage && how.code() == StatusCode.OK) {
      close(StatusCode.INTERNAL, fromTransport("the answers ended inside a message"));
    } else {
      close(how.code(), how.text());
    }
  }

  /** The client takes answers again. */
  void resume() {
    Http2Stream from = worker;
    if (from != null && !over) {
      answers.resume(from);
    }
  }

  // ---- the end

  private void close(StatusCode code, String text) {
    if (!over) {
      cancel();
      owner.closed(this, code, text);
    }
  }

  /** Ends the messages that have no answer; returns their ids. */
  List<String> endOutstanding(StatusCode code) {
    return outstanding.endAll(code);
  }

  /** Nobody waits for it any more. */
  void cancel() {
    over = true;
    MessageFlow message = takeFirst();
    if (message != null) {
      message.dropPieces();
    }
    Http2Stream stream = worker;
    if (stream != null) {
      answers.close(stream);
      if (!stream.isClosed() && !(stream.isRemoteEnded() && stream.isLocalEnded())) {
        stream.reset(Http2Error.CANCEL);
      }
    }
  }
}
