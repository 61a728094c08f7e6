package dev.weir.router.relay;

import dev.weir.router.exchange.Attempt;
import dev.weir.router.http2.DeadlineWheel;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.StreamListener;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call at one worker. The answer is held until its status is known or it is too
 * long for that; then it is the client's. Loop thread only.
 */
final class InferAttempt extends DeadlineWheel.Deadline implements StreamListener, LoopLink.Waiter {
  private final AttemptOwner owner;
  private final CallContext context;
  private final RelayLoop loop;
  private final Attempt sent;
  private final MessageFlow answer;
  private @Nullable Http2Stream worker;
  private @Nullable Http2Headers answerHeaders;
  private boolean passingOn;
  private boolean discarding;
  private boolean over;

  InferAttempt(AttemptOwner owner, CallContext context, RelayLoop loop, Attempt sent) {
    this.owner = owner;
    this.context = context;
    this.loop = loop;
    this.sent = sent;
    this.answer = new MessageFlow(context.allocator(), null, 0);
  }

  Attempt sent() {
    return sent;
  }

  void start() {
    if (sent.decision().treatment().perTryTimeoutNanos() > 0) {
      loop.http2().deadlines().arm(this, sent.startNanos() + sent.timeoutNanos());
    }
    ((WorkerLink) sent.worker().upstream()).on(loop).open(this);
  }

  @Override
  protected void expired() {
    failed(StatusCode.DEADLINE_EXCEEDED, fromTransport("no answer in the time for one try"), null);
  }

  // ---- a stream

  @Override
  public StreamListener listener() {
    return this;
  }

  @Override
  public void opened(Http2Stream stream) {
    worker = stream;
    stream.sendHeaders(
        owner.headersFor(sent, ((WorkerLink) sent.worker().upstream()).authority()), false);
    owner.sendRequest(stream, sent);
  }

  @Override
  public void failed(String why) {
    failed(StatusCode.UNAVAILABLE, fromTransport(why), null);
  }

  @Override
  public boolean isGone() {
    return over;
  }

  // ---- what comes from the worker

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
    if (over) {
      return;
    }
    if (end) {
      trailers(headers);
    } else if (answerHeaders == null) {
      CharSequence status = headers.status();
      answerHeaders = headers;
      if (status == null || !GrpcHeaders.OK_200.contentEquals(status)) {
        notGrpc(headers);
      }
    }
  }

  private void notGrpc(Http2Headers headers) {
    CharSequence status = headers.status();
    String shown = status == null ? "none" : status.toString();
    failed(
        status == null ? StatusCode.INTERNAL : GrpcHeaders.ofHttpStatus(status),
        fromTransport("HTTP status " + shown),
        null);
  }

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    if (over || discarding || answerHeaders == null) {
      stream.credit(length);
      if (end && !over) {
        endedWithoutStatus();
      }
      return;
    }
    int at = in.readerIndex();
    int left = length;
    boolean room = headroom;
    if (!answer.hasPrefix()) {
      int prefix = answer.prefix(stream, in, at, left);
      at += prefix;
      left -= prefix;
      room = headroom && prefix == MessageFlow.PREFIX_BYTES;
      String tooLong = answer.hasPrefix() ? answer.tooLong(context.maxMessageBytes()) : null;
      if (tooLong != null) {
        stream.credit(left);
        failed(StatusCode.RESOURCE_EXHAUSTED, fromTransport("answer message: " + tooLong), null);
        return;
      }
    }
    if (left > 0) {
      answer.payload(stream, in, at, left, room);
    }
    if (end) {
      endedWithoutStatus();
    } else if (!passingOn && answer.taken() > context.config().holdAnswerBytes()) {
      passingOn = true;
      owner.outgrown(this, answerHeaders);
    }
  }

  private void endedWithoutStatus() {
    failed(StatusCode.INTERNAL, fromTransport("the answer ended without a status"), null);
  }

  /** The held answer's bytes as the worker sent them. */
  byte[] answerBytes() {
    return answer.toBytes();
  }

  /** Whether the worker compressed the answer. */
  boolean isCompressed() {
    return answer.isCompressed();
  }

  /** Sends what is here of the answer, and from now on what comes. */
  void passTo(Http2Stream client) {
    Http2Stream from = worker;
    if (from != null) {
      answer.sendTo(client, from, sent.decision().variant().answerFields(), false);
    }
    if (over) {
      close();
    }
  }

  /** The answer is held for longer than it takes: its bytes are paid for. */
  void setAside() {
    Http2Stream from = worker;
    if (from != null) {
      answer.payAll(from);
    }
  }

  /** Drops the answer, what is still to come of it too. */
  void discard() {
    discarding = true;
    Http2Stream from = worker;
    if (from != null) {
      answer.close(from);
    }
  }

  private void trailers(Http2Headers headers) {
    CharSequence load = headers.get(GrpcHeaders.LOAD_REPORT);
    if (load != null) {
      sent.lease().loadReport(load);
    }
    CharSequence number = headers.get(GrpcHeaders.STATUS);
    if (number == null) {
      if (answerHeaders == null) {
        notGrpc(headers);
      } else {
        failed(StatusCode.UNKNOWN, fromTransport("trailers without grpc-status"), null);
      }
      return;
    }
    StatusCode code = GrpcHeaders.code(number);
    if (code != StatusCode.OK) {
      String text = GrpcHeaders.decodeMessage(headers.get(GrpcHeaders.MESSAGE));
      failed(code, text.isEmpty() ? fromTransport(code.name()) : text, headers);
    } else if (answerHeaders == null
        || !discarding && (!answer.isComplete() || answer.isFollowed())) {
      failed(
          StatusCode.INTERNAL,
          fromTransport(
              answer.isFollowed()
                  ? "several answers"
                  : answer.hasPrefix() ? "the answer ended inside its message" : "no answer"),
          null);
    } else {
      over = true;
      loop.http2().deadlines().disarm(this);
      if (passingOn) {
        close();
        owner.ended(this, headers);
      } else {
        owner.answered(this, answerHeaders, headers);
      }
    }
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
    if (over) {
      return;
    }
    StatusCode code =
        reason == CloseReason.RESET ? GrpcHeaders.ofReset(errorCode) : StatusCode.UNAVAILABLE;
    if (code == StatusCode.CANCELLED && isOutOfTime()) {
      failed(StatusCode.DEADLINE_EXCEEDED, "the deadline passed", null);
      return;
    }
    String text = reason == CloseReason.RESET ? "stream reset with error " + errorCode : why;
    failed(code, fromTransport(text), null);
  }

  private boolean isOutOfTime() {
    long left = sent.startNanos() + sent.timeoutNanos() - loop.http2().clock().nanoTime();
    return WorkerDeadline.mayBeOver(left, sent.timeoutNanos());
  }

  private String fromTransport(String what) {
    return "worker " + sent.worker().id() + ": " + what;
  }

  // ---- the end

  private void failed(StatusCode code, String text, @Nullable Http2Headers trailers) {
    if (over) {
      return;
    }
    over = true;
    close();
    owner.failed(this, code, text, trailers);
  }

  /** Nobody waits for it any more, nor for what it holds. */
  void abandon() {
    over = true;
    close();
  }

  private void close() {
    loop.http2().deadlines().disarm(this);
    Http2Stream stream = worker;
    if (stream != null) {
      answer.close(stream);
      if (!stream.isClosed() && !(stream.isRemoteEnded() && stream.isLocalEnded())) {
        stream.reset(Http2Error.CANCEL);
      }
    }
  }
}
