package dev.weir.router.relay;

import dev.weir.router.http2.DeadlineWheel;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.ServerConnection;
import dev.weir.router.http2.StreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * A request that is no gRPC call: its body is thrown away, then it is answered with an HTTP status
 * and the reason as text. Loop thread only.
 */
final class RefusedCall extends DeadlineWheel.Deadline implements StreamListener {
  private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");

  private final RelayLoop loop;
  private final Http2Stream stream;
  private final String httpStatus;
  private final String reason;

  private RefusedCall(RelayLoop loop, Http2Stream stream, String httpStatus, String reason) {
    this.loop = loop;
    this.stream = stream;
    this.httpStatus = httpStatus;
    this.reason = reason;
  }

  /**
   * @param bodyNanos time for its body
   */
  static ServerConnection.NewStream of(
      RelayLoop loop, long bodyNanos, String httpStatus, String reason) {
    return stream -> {
      var call = new RefusedCall(loop, stream, httpStatus, reason);
      loop.http2().deadlines().arm(call, loop.http2().clock().nanoTime() + bodyNanos);
      return call;
    };
  }

  @Override
  public void onHeaders(Http2Stream from, Http2Headers headers, boolean end) {
    if (end) {
      answer();
    }
  }

  @Override
  public void onData(Http2Stream from, ByteBuf in, int length, boolean headroom, boolean end) {
    stream.credit(length);
    if (end) {
      answer();
    }
  }

  private void answer() {
    var headers = new DefaultHttp2Headers(false);
    headers.status(httpStatus);
    headers.set(GrpcHeaders.CONTENT_TYPE, TEXT);
    stream.sendHeaders(headers, false);
    ByteBuf text = Unpooled.wrappedBuffer(reason.getBytes(StandardCharsets.UTF_8));
    stream.sendData(text, 0, text.readableBytes(), false, null, 0, true);
    if (stream.isClosed()) {
      loop.http2().deadlines().disarm(this);
    }
  }

  @Override
  protected void expired() {
    stream.reset(Http2Error.CANCEL);
  }

  @Override
  public void onClosed(Http2Stream from, CloseReason why, long errorCode, String text) {
    loop.http2().deadlines().disarm(this);
  }
}
