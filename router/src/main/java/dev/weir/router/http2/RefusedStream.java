package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** Takes what still comes of a stream that has been answered already. */
enum RefusedStream implements StreamListener {
  INSTANCE;

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {}

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    stream.credit(length);
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {}
}
