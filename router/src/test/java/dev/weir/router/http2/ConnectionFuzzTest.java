package dev.weir.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Bytes that no client should send: valid connections, changed at random, in random pieces. Nothing
 * but an orderly end may come of it, and no buffer may be left over. {@code -Dweir.fuzz.minutes=N}
 * runs longer, {@code -Dweir.seed=N} repeats a run.
 */
class ConnectionFuzzTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final int CASES = 5_000;
  private static final Duration LONGER =
      Duration.ofMinutes(Integer.getInteger("weir.fuzz.minutes", 0));

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
    ByteBuf head = Unpooled.buffer(9);
    head.writeMedium(body.length).writeByte(type).writeByte(flags).writeInt(stream);
    out.writeBytes(Arrays.copyOf(head.array(), 9));
    out.writeBytes(body);
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
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
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

  private static byte[] changed(byte[] valid, SplittableRandom random) {
    byte[] bytes = valid.clone();
    for (int n = random.nextInt(6); n > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(30, at));
        default -> {
          byte[] more = bytes(random, random.nextInt(30));
          byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
          System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
          System.arraycopy(more, 0, longer, at, more.length);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  @Test
  void whatever_comes_ends_in_order_and_leaves_nothing() throws Exception {
    System.out.println("fuzz: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    long end = System.nanoTime() + LONGER.toNanos();
    long cases = 0;
    while (cases < CASES || System.nanoTime() - end < 0) {
      run(SEED + cases++);
    }
    System.out.println("fuzz: " + cases + " connections");
  }

  private static void run(long seed) throws Exception {
    var random = new SplittableRandom(seed);
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
    byte[] bytes = changed(transcript(random), random);
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
    assertThat(counters.queuedBytes()).as("seed %d: bytes that wait", seed).isZero();
    assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
        .as("seed %d: bytes in buffers nobody released", seed)
        .isZero();
  }

  private static void release(EmbeddedChannel channel) {
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      out.release();
    }
  }
}
