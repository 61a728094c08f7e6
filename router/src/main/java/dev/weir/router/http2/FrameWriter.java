package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames into few large writes: small ones are copied behind each other into one buffer, large
 * DATA leaves as a slice of what was received. Nothing is flushed here. Not thread-safe.
 */
final class FrameWriter {
  static final int HEADER_BYTES = 9;

  /** DATA up to this size is copied: cheaper than one more buffer in a gathering write. */
  static final int COPY_AT_MOST = 4096;

  private static final int CHUNK = 16 << 10;

  private final ChannelHandlerContext context;
  private final DefaultHttp2HeadersEncoder hpack;
  private @Nullable ByteBuf pending;

  FrameWriter(ChannelHandlerContext context, DefaultHttp2HeadersEncoder hpack) {
    this.context = context;
    this.hpack = hpack;
  }

  private ByteBuf room(int bytes) {
    ByteBuf out = pending;
    if (out != null && out.writableBytes() < bytes) {
      pass();
      out = null;
    }
    if (out == null) {
      int size = Math.max(CHUNK, bytes);
      out = context.alloc().directBuffer(size, Integer.MAX_VALUE);
      pending = out;
    }
    return out;
  }

  private static void header(ByteBuf out, int length, int type, int flags, int streamId) {
    out.writeInt(length << 8 | type);
    out.writeByte(flags);
    out.writeInt(streamId);
  }

  /** Hands what was collected to the channel, without flushing. */
  void pass() {
    ByteBuf out = pending;
    if (out != null) {
      pending = null;
      context.write(out, context.voidPromise());
    }
  }

  /** Bytes that are not handed to the channel yet. */
  int pendingBytes() {
    ByteBuf out = pending;
    return out == null ? 0 : out.readableBytes();
  }

  /**
   * DATA; its bytes are copied or retained.
   *
   * @param headroom the 9 bytes before may be overwritten
   */
  void data(ByteBuf from, int index, int length, boolean headroom, int streamId, boolean end) {
    int flags = end ? FrameParser.END_STREAM : 0;
    if (length <= COPY_AT_MOST) {
      ByteBuf out = room(HEADER_BYTES + length);
      header(out, length, FrameParser.DATA, flags, streamId);
      out.writeBytes(from, index, length);
    } else if (headroom) {
      int start = index - HEADER_BYTES;
      from.setInt(start, length << 8 | FrameParser.DATA);
      from.setByte(start + 4, flags);
      from.setInt(start + 5, streamId);
      pass();
      context.write(from.retainedSlice(start, HEADER_BYTES + length), context.voidPromise());
    } else {
      header(room(HEADER_BYTES), length, FrameParser.DATA, flags, streamId);
      pass();
      context.write(from.retainedSlice(index, length), context.voidPromise());
    }
  }

  /** HEADERS, and CONTINUATION when they do not fit into one frame of the peer's size. */
  void headers(int streamId, Http2Headers headers, boolean end, int maxFrameSize)
      throws Http2Exception {
    ByteBuf out = room(1024);
    int start = out.writerIndex();
    int flags = end ? FrameParser.END_STREAM : 0;
    header(out, 0, FrameParser.HEADERS, flags | FrameParser.END_HEADERS, streamId);
    hpack.encodeHeaders(streamId, headers, out);
    int block = out.writerIndex() - start - HEADER_BYTES;
    if (block <= maxFrameSize) {
      out.setInt(start, block << 8 | FrameParser.HEADERS);
    } else {
      split(out, start, block, flags, streamId, maxFrameSize);
    }
  }

  private static void split(
      ByteBuf out, int start, int block, int flags, int streamId, int maxFrameSize) {
    var whole = new byte[block];
    out.getBytes(start + HEADER_BYTES, whole);
    out.writerIndex(start);
    int at = 0;
    while (at < block) {
      int part = Math.min(maxFrameSize, block - at);
      int endHeaders = at + part == block ? FrameParser.END_HEADERS : 0;
      if (at == 0) {
        header(out, part, FrameParser.HEADERS, flags | endHeaders, streamId);
      } else {
        header(out, part, FrameParser.CONTINUATION, endHeaders, streamId);
      }
      out.writeBytes(whole, at, part);
      at += part;
    }
  }

  void reset(int streamId, long errorCode) {
    ByteBuf out = room(HEADER_BYTES + 4);
    header(out, 4, FrameParser.RST_STREAM, 0, streamId);
    out.writeInt((int) errorCode);
  }

  void windowUpdate(int streamId, int increment) {
    ByteBuf out = room(HEADER_BYTES + 4);
    header(out, 4, FrameParser.WINDOW_UPDATE, 0, streamId);
    out.writeInt(increment);
  }

  void settingsAck() {
    header(room(HEADER_BYTES), 0, FrameParser.SETTINGS, FrameParser.ACK, 0);
  }

  /**
   * @param settings id, value, id, value ...
   */
  void settings(int... settings) {
    int size = settings.length / 2 * 6;
    ByteBuf out = room(HEADER_BYTES + size);
    header(out, size, FrameParser.SETTINGS, 0, 0);
    for (int i = 0; i < settings.length; i += 2) {
      out.writeShort(settings[i]);
      out.writeInt(settings[i + 1]);
    }
  }

  void ping(long payload, boolean ack) {
    ByteBuf out = room(HEADER_BYTES + 8);
    header(out, 8, FrameParser.PING, ack ? FrameParser.ACK : 0, 0);
    out.writeLong(payload);
  }

  void goAway(int lastStreamId, long errorCode, String debug) {
    byte[] text = debug.getBytes(StandardCharsets.US_ASCII);
    ByteBuf out = room(HEADER_BYTES + 8 + text.length);
    header(out, 8 + text.length, FrameParser.GOAWAY, 0, 0);
    out.writeInt(lastStreamId);
    out.writeInt((int) errorCode);
    out.writeBytes(text);
  }

  /** The bytes of a client's preface. */
  void preface(byte[] bytes) {
    room(bytes.length).writeBytes(bytes);
  }

  void close() {
    ByteBuf out = pending;
    if (out != null) {
      pending = null;
      out.release();
    }
  }
}
