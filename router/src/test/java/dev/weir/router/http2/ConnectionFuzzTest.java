package dev.weir.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.time.TestClock;
import dev.weir.router.fuzz.Corpus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Bytes that no client should send: valid connections, changed at random, in random pieces. Nothing
 * but an orderly end may come of it, and no buffer may be left over. {@code -Dweir.fuzz.minutes=N}
 * runs longer, {@code -Dweir.seed=N} repeats a run.
 */
class ConnectionFuzzTest {
  private static final int CASES = 5_000;
  private static final Corpus CONNECTIONS = Corpus.of("connection");
  private static final Corpus HEADERS = Corpus.of("headers");

  /** Answers each request with its own bytes. */
  private static final class Echo implements StreamListener {
    @Override
    public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
      if (!stream.isLocalEnded()) {
        Http2Headers answer = new DefaultHttp2Headers(false);
        answer.status("200");
        stream.sendHeaders(answer, end);
      }
    }

    @Override
    public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
      stream.sendData(in, in.readerIndex(), length, headroom, stream, length, end);
    }

    @Override
    public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {}
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] body) {
    out.writeBytes(Wire.frame(type, flags, stream, body));
  }

  private static byte[] block(DefaultHttp2HeadersEncoder encoder, SplittableRandom random)
      throws Exception {
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.method("POST").scheme("http").path("/inference.GRPCInferenceService/ModelInfer");
    headers.set("content-type", "application/grpc").set("te", "trailers");
    headers.set("x-" + random.nextInt(10), "v".repeat(random.nextInt(100)));
    ByteBuf out = Unpooled.buffer();
    encoder.encodeHeaders(1, headers, out);
    var bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A connection that a client could have. */
  private static byte[] transcript(SplittableRandom random) throws Exception {
    var out = new ByteArrayOutputStream();
    out.writeBytes(Wire.PREFACE);
    frame(out, FrameParser.SETTINGS, 0, 0, new byte[] {0, 4, 0, 1, 0, 0, 0, 5, 0, 0, 0x40, 0});
    var encoder = new DefaultHttp2HeadersEncoder();
    for (int stream = 1; stream < 2 + 2 * random.nextInt(6); stream += 2) {
      byte[] block = block(encoder, random);
      int cut = random.nextInt(block.length);
      if (random.nextBoolean()) {
        frame(out, FrameParser.HEADERS, FrameParser.END_HEADERS, stream, block);
      } else {
        frame(out, FrameParser.HEADERS, 0, stream, Arrays.copyOf(block, cut));
        byte[] rest = Arrays.copyOfRange(block, cut, block.length);
        frame(out, FrameParser.CONTINUATION, FrameParser.END_HEADERS, stream, rest);
      }
      for (int n = random.nextInt(4); n > 0; n--) {
        switch (random.nextInt(7)) {
          case 0 -> frame(out, FrameParser.PING, 0, 0, bytes(random, 8));
          case 1 -> frame(out, FrameParser.WINDOW_UPDATE, 0, stream, new byte[] {0, 0, 1, 0});
          case 2 -> frame(out, FrameParser.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
          case 3 -> frame(out, FrameParser.PRIORITY, 0, stream, new byte[] {0, 0, 0, 0, 1});
          case 4 -> frame(out, 0x20 + random.nextInt(9), random.nextInt(256), 0, bytes(random, 5));
          default -> frame(out, FrameParser.DATA, 0, stream, bytes(random, random.nextInt(6_000)));
        }
      }
      frame(
          out, FrameParser.DATA, FrameParser.END_STREAM, stream, bytes(random, random.nextInt(50)));
    }
    return out.toByteArray();
  }

  @Test
  void whatever_comes_ends_in_order_and_leaves_nothing() {
    FuzzRun.of(
        "connections",
        CASES,
        seed -> {
          var random = new SplittableRandom(seed);
          run(Change.some(transcript(random), random), random);
        });
  }

  @Test
  void seeds_as_they_are() {
    for (byte[] seed : CONNECTIONS.seeds()) {
      run(seed, new SplittableRandom(1));
    }
    for (byte[] block : HEADERS.seeds()) {
      run(withHeaders(block, new SplittableRandom(1)), new SplittableRandom(1));
    }
  }

  @Test
  void changed_seeds_of_frames() {
    FuzzRun.of(
        "frames",
        CASES,
        seed -> {
          var random = new SplittableRandom(seed);
          run(CONNECTIONS.changed(random), random);
        });
  }

  /** Good frames around a bad block, so that it is decoded. */
  @Test
  void changed_seeds_of_header_blocks() {
    FuzzRun.of(
        "header blocks",
        CASES,
        seed -> {
          var random = new SplittableRandom(seed);
          run(withHeaders(HEADERS.changed(random), random), random);
        });
  }

  private static byte[] withHeaders(byte[] block, SplittableRandom random) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(Wire.PREFACE);
    frame(out, FrameParser.SETTINGS, 0, 0, new byte[0]);
    // twice: the first one may leave something in the dynamic table
    for (int stream = 1; stream <= 3; stream += 2) {
      int cut = random.nextInt(block.length + 1);
      frame(out, FrameParser.HEADERS, 0, stream, Arrays.copyOf(block, cut));
      byte[] rest = Arrays.copyOfRange(block, cut, block.length);
      frame(out, FrameParser.CONTINUATION, FrameParser.END_HEADERS, stream, rest);
    }
    return out.toByteArray();
  }

  private static void run(byte[] bytes, SplittableRandom random) {
    var allocator = new UnpooledByteBufAllocator(false);
    var channel = new EmbeddedChannel();
    channel.config().setAllocator(allocator);
    var counters = new Http2Counters();
    var connection =
        new ServerConnection(
            Http2Loop.of(channel.eventLoop(), new TestClock()),
            Http2Limits.defaults(),
            counters,
            100,
            16 << 10,
            (on, headers) -> stream -> new Echo(),
            gone -> {});
    channel.pipeline().addLast(connection);
    int at = 0;
    while (at < bytes.length && channel.isOpen()) {
      int part = 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 70_000);
      part = Math.min(part, bytes.length - at);
      ByteBuf in = allocator.directBuffer(ReadRoom.BYTES + part);
      in.setIndex(ReadRoom.BYTES, ReadRoom.BYTES);
      in.writeBytes(bytes, at, part);
      at += part;
      channel.writeInbound(in);
      channel.runPendingTasks();
      release(channel);
    }
    channel.checkException();
    channel.close();
    channel.runPendingTasks();
    release(channel);
    assertThat(counters.queuedBytes()).as("bytes that wait").isZero();
    assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
        .as("bytes in buffers nobody released")
        .isZero();
  }

  private static void release(EmbeddedChannel channel) {
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      out.release();
    }
  }
}
