package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** What comes on one stream. Called on the connection's event loop. */
public interface StreamListener {
  /** Headers, or trailers when {@code end}. The object is the listener's from now on. */
  void onHeaders(Http2Stream stream, Http2Headers headers, boolean end);

  /**
   * Content, from the buffer's reader index, which is not to be moved. Each byte is owed to the
   * peer: it has to be given to {@link Http2Stream#credit} or {@link Http2Stream#sendData} once.
   *
   * @param headroom the bytes of one frame header before it may be overwritten
   * @param end nothing follows
   */
  void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end);

  /**
   * All that waited to be sent has left, and the stream may be over thereby. Called in the midst of
   * sending: what it leads to is for another turn of the loop.
   */
  default void onDrained(Http2Stream stream) {}

  /** The stream is over without having ended; nothing else comes. What it held was dropped. */
  void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why);

  /** Why a stream is over. */
  enum CloseReason {
    /** RST_STREAM came, or the peer broke the protocol on this stream. */
    RESET,
    /** The peer says that it did nothing with it: REFUSED_STREAM, or GOAWAY before it. */
    UNPROCESSED,
    /** The connection is gone. */
    CONNECTION_LOST
  }
}
