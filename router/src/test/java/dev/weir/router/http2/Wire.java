package dev.weir.router.http2;

import dev.weir.platform.time.TestClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The other end of a connection under test: raw frames in and out, and a clock that stands. */
final class Wire {
  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** A frame that came. */
  record Frame(int type, int flags, int stream, byte[] payload) {
    long number() {
      return Unpooled.wrappedBuffer(payload).getUnsignedInt(0);
    }

    /** The error of a GOAWAY. */
    Http2Error error() {
      return Http2Error.valueOf(Unpooled.wrappedBuffer(payload).getUnsignedInt(4));
    }
  }

  final TestClock clock = new TestClock();
  final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  final EmbeddedChannel channel = new EmbeddedChannel();
  final Http2Loop loop = Http2Loop.of(channel.eventLoop(), clock);
  final Http2Counters counters = new Http2Counters();
  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final List<Frame> frames = new ArrayList<>();
  private byte[] rest = {};

  Wire() {
    channel.freezeTime();
    channel.config().setAllocator(allocator);
  }

  /** Puts the connection under test in place. */
  void connect(Http2Connection connection) {
    channel.pipeline().addLast(connection);
    turn();
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    ByteBuf head = Unpooled.buffer(9);
    head.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
    byte[] frame = Arrays.copyOf(head.array(), 9 + payload.length);
    System.arraycopy(payload, 0, frame, 9, payload.length);
    return frame;
  }

  static byte[] number(long value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  static byte[] setting(int id, long value) {
    var out = new ByteArrayOutputStream();
    out.write(0);
    out.write(id);
    out.writeBytes(number(value));
    return frame(FrameParser.SETTINGS, 0, 0, out.toByteArray());
  }

  static byte[] goAway(int lastStream, Http2Error error) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(number(lastStream));
    out.writeBytes(number(error.code()));
    return frame(FrameParser.GOAWAY, 0, 0, out.toByteArray());
  }

  /** A header block, for HEADERS and CONTINUATION. */
  byte[] block(Http2Headers headers) {
    try {
      ByteBuf out = Unpooled.buffer();
      encoder.encodeHeaders(1, headers, out);
      var bytes = new byte[out.readableBytes()];
      out.readBytes(bytes);
      return bytes;
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
  }

  byte[] request(int stream, int flags) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.method("POST").scheme("http").path("/service/Method");
    return frame(FrameParser.HEADERS, FrameParser.END_HEADERS | flags, stream, block(headers));
  }

  byte[] answer(int stream, int flags) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.status("200");
    return frame(FrameParser.HEADERS, FrameParser.END_HEADERS | flags, stream, block(headers));
  }

  /** Sends bytes, in one piece, while the connection is open. */
  void send(byte[]... all) {
    for (byte[] bytes : all) {
      if (!channel.isOpen()) {
        return;
      }
      ByteBuf in = allocator.directBuffer(ReadRoom.BYTES + bytes.length);
      in.setIndex(ReadRoom.BYTES, ReadRoom.BYTES);
      in.writeBytes(bytes);
      channel.writeInbound(in);
    }
    turn();
  }

  /** Lets time pass. */
  void advance(Duration time) {
    // as the loop would see it: the wheel looks every few milliseconds
    long left = time.toMillis();
    while (left > 0) {
      long step = Math.min(left, 8);
      clock.advance(Duration.ofMillis(step));
      channel.advanceTimeBy(step, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
      left -= step;
    }
    turn();
  }

  private void turn() {
    channel.runPendingTasks();
    var out = new ByteArrayOutputStream();
    out.writeBytes(rest);
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      var bytes = new byte[next.readableBytes()];
      next.readBytes(bytes);
      next.release();
      out.writeBytes(bytes);
    }
    byte[] all = out.toByteArray();
    int at = all.length >= 24 && all[0] == 'P' ? 24 : 0;
    ByteBuf in = Unpooled.wrappedBuffer(all);
    while (all.length - at >= 9 && all.length - at - 9 >= in.getUnsignedMedium(at)) {
      int end = at + 9 + in.getUnsignedMedium(at);
      frames.add(
          new Frame(
              in.getByte(at + 3),
              in.getByte(at + 4),
              in.getInt(at + 5),
              Arrays.copyOfRange(all, at + 9, end)));
      at = end;
    }
    rest = Arrays.copyOfRange(all, at, all.length);
  }

  /** What came of this type so far. */
  List<Frame> frames(int type) {
    return frames.stream().filter(f -> f.type() == type).toList();
  }

  boolean isOpen() {
    return channel.isOpen();
  }
}
