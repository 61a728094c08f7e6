package dev.weir.router.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The only stream of a connection, and what its peer sends, gets and is granted. */
public final class LoneStream {
  /** WINDOW_UPDATE frames that the peer may send without reason. */
  static final int UPDATES_PER_SECOND = 1_000;

  private static final int ID = 1;
  private static final int WINDOW = 65_535;

  /** Who takes what the peer sends. */
  public interface Taker {
    /** As {@link StreamListener#onData}. */
    void data(Http2Stream from, ByteBuf in, int length, boolean headroom, boolean end);
  }

  private final Wire wire = new Wire();
  private @Nullable Http2Stream stream;

  /**
   * @param window bytes that the peer takes before it grants more, up to 65535
   */
  public LoneStream(int window, Taker taker) {
    var listener =
        new StreamListener() {
          @Override
          public void onHeaders(Http2Stream on, Http2Headers headers, boolean end) {
            stream = on;
          }

          @Override
          public void onData(Http2Stream on, ByteBuf in, int length, boolean room, boolean end) {
            taker.data(on, in, length, room, end);
          }

          @Override
          public void onClosed(Http2Stream on, CloseReason reason, long errorCode, String why) {}
        };
    var limits =
        new Http2Limits(
            WINDOW,
            WINDOW,
            100_000,
            100_000,
            UPDATES_PER_SECOND,
            1 << 20,
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofDays(1),
            10);
    wire.connect(
        new ServerConnection(
            wire.loop, limits, wire.counters, 1, 8192, (on, h) -> s -> listener, gone -> {}));
    wire.send(Wire.PREFACE, Wire.setting(Http2Connection.INITIAL_WINDOW_SIZE, window));
    wire.send(wire.request(ID, 0));
  }

  /** The stream, seen from this side. */
  public Http2Stream stream() {
    return Objects.requireNonNull(stream);
  }

  /** The peer sends DATA. */
  public void receive(byte[] data) {
    wire.send(Wire.frame(FrameParser.DATA, 0, ID, data));
  }

  /** The peer takes so many bytes more. */
  public void grant(int bytes) {
    wire.send(
        Wire.frame(FrameParser.WINDOW_UPDATE, 0, ID, Wire.number(bytes)),
        Wire.frame(FrameParser.WINDOW_UPDATE, 0, 0, Wire.number(bytes)));
  }

  /** What the peer got. */
  public byte[] got() {
    // what was written outside of a turn is flushed by one
    wire.send();
    var all = new ByteArrayOutputStream();
    wire.frames(FrameParser.DATA).forEach(frame -> all.writeBytes(frame.payload()));
    return all.toByteArray();
  }

  /** Whether this side has ended the stream, as the peer sees it. */
  public boolean isEnded() {
    return wire.frames(FrameParser.DATA).stream()
        .anyMatch(frame -> (frame.flags() & FrameParser.END_STREAM) != 0);
  }

  /** Bytes that came and were not credited. */
  public long owed() {
    return stream().receive.received() - stream().receive.credited();
  }

  /** For buffers that are to be counted too. */
  public ByteBufAllocator allocator() {
    return wire.allocator;
  }

  Http2Counters counters() {
    return wire.counters;
  }

  boolean isOpen() {
    return wire.isOpen() && wire.frames(FrameParser.GOAWAY).isEmpty();
  }

  /** Ends the connection; returns the bytes in buffers that nobody released. */
  public long close() {
    wire.channel.close();
    wire.send();
    return wire.allocator.metric().usedDirectMemory() + wire.allocator.metric().usedHeapMemory();
  }
}
