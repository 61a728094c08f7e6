package dev.weir.router.relay;

import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.ServerConnection;
import dev.weir.router.http2.StreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;

/** A request that is no gRPC call: answered with an HTTP status at once. Loop thread only. */
final class RefusedCall implements StreamListener {
  private final String httpStatus;
  private final String text;

  private RefusedCall(String httpStatus, String text) {
    this.httpStatus = httpStatus;
    this.text = text;
  }

  static ServerConnection.NewStream of(String httpStatus, String text) {
    return stream -> new RefusedCall(httpStatus, text);
  }

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
    if (stream.isLocalEnded()) {
      return;
    }
    var answer = new DefaultHttp2Headers(false);
    answer.status(httpStatus);
    answer.set(GrpcHeaders.CONTENT_TYPE, GrpcHeaders.APPLICATION_GRPC);
    answer.setInt(GrpcHeaders.STATUS, GrpcHeaders.ofHttpStatus(httpStatus).number());
    answer.set(GrpcHeaders.MESSAGE, GrpcHeaders.encodeMessage(text));
    stream.sendHeaders(answer, true);
    if (!end) {
      stream.reset(Http2Error.NO_ERROR);
    }
  }

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    stream.credit(length);
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {}
}
