package dev.weir.router.relay;

import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Copy;
import dev.weir.router.http2.DeadlineWheel;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.wire.StatusCode;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A request's copy on its way to the shadow version, and its answer to nobody. It goes on when the
 * client has its answer, or is gone. Loop thread only.
 */
final class CopyCall extends DeadlineWheel.Deadline implements AttemptOwner {
  private final RelayLoop loop;
  private final Copy copy;
  private final Http2Stream client;
  private final MessageFlow request;
  private final RequestHeaders headers;
  private final InferAttempt attempt;
  private boolean over;

  private CopyCall(
      CallContext context,
      RelayLoop loop,
      Copy copy,
      Http2Stream client,
      MessageFlow request,
      RequestHeaders headers) {
    this.loop = loop;
    this.copy = copy;
    this.client = client;
    this.request = request;
    this.headers = headers;
    this.attempt = new InferAttempt(this, context, loop, copy.attempt());
  }

  /**
   * @param client the original's stream
   * @param request the original's, shared
   * @param headers the original's
   */
  static void send(
      CallContext context,
      RelayLoop loop,
      Copy copy,
      Http2Stream client,
      MessageFlow request,
      RequestHeaders headers) {
    var call = new CopyCall(context, loop, copy, client, request, headers);
    Attempt sent = copy.attempt();
    loop.http2().deadlines().arm(call, sent.startNanos() + sent.timeoutNanos());
    call.attempt.start();
  }

  @Override
  public Http2Headers headersFor(Attempt sent, AsciiString authority) {
    long left = sent.startNanos() + sent.timeoutNanos() - loop.http2().clock().nanoTime();
    return headers.forCopy(sent, authority, left);
  }

  @Override
  public void sendRequest(Http2Stream worker, Attempt sent) {
    request.sendTo(worker, client, sent.decision().variant().requestFields(), true);
    request.close(client);
  }

  @Override
  public void answered(InferAttempt by, Http2Headers answerHeaders, Http2Headers trailers) {
    byte[] answer = by.isCompressed() ? null : by.answerBytes();
    by.abandon();
    end(StatusCode.OK, "", answer);
  }

  @Override
  public void outgrown(InferAttempt by, Http2Headers answerHeaders) {
    by.discard();
  }

  @Override
  public void ended(InferAttempt by, Http2Headers trailers) {
    end(StatusCode.OK, "", null);
  }

  @Override
  public void failed(
      InferAttempt by, StatusCode code, String text, @Nullable Http2Headers trailers) {
    end(code, text, null);
  }

  @Override
  protected void expired() {
    attempt.abandon();
    end(StatusCode.DEADLINE_EXCEEDED, "the mirror's time was over", null);
  }

  private void end(StatusCode code, String text, byte @Nullable [] answer) {
    if (!over) {
      over = true;
      loop.http2().deadlines().disarm(this);
      request.close(client);
      copy.ended(code, text, answer);
    }
  }
}
