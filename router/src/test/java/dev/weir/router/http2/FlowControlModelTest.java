package dev.weir.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The credit ledger under random schedules: a client that uploads, a relay, and a worker that takes
 * what its windows allow, each end a model of the protocol. {@code -Dweir.seed=N} repeats a run.
 */
class FlowControlModelTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final int SCHEDULES = Integer.getInteger("weir.schedules", 1_500);
  private static final int WINDOW = 65_535;

  /** Forwards what comes to a stream of the other connection, as a call does. */
  private static final class Forwarding implements StreamListener {
    private @Nullable Http2Stream to;

    @Override
    public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
      Http2Stream target = to;
      if (target != null && end) {
        target.sendHeaders(headers, true);
      }
    }

    @Override
    public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
      Http2Stream target = to;
      if (target == null) {
        stream.credit(length);
      } else {
        target.sendData(in, in.readerIndex(), length, headroom, stream, length, end);
      }
    }

    @Override
    public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
      Http2Stream target = to;
      if (target != null) {
        target.reset(Http2Error.CANCEL);
      }
    }
  }

  /** One end: what it has sent and was allowed to, what it got and granted. */
  private static final class Peer {
    private final EmbeddedChannel channel;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    private long connectionWindow = 65_535;
    private long initialWindow = 65_535;
    private final Map<Integer, Long> windows = new HashMap<>();
    private final Map<Integer, ByteArrayOutputStream> got = new HashMap<>();
    private final Map<Integer, Long> granted = new HashMap<>();
    private long grantedConnection = 65_535;
    private long receivedData;
    private boolean goAway;

    Peer(EmbeddedChannel channel) {
      this.channel = channel;
    }

    /** Takes all that was written to it. */
    void read() {
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        var bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        unread.writeBytes(bytes);
        out.release();
      }
      byte[] all = unread.toByteArray();
      unread.reset();
      int at = 0;
      if (all.length >= 24 && all[0] == 'P') {
        at = 24;
      }
      ByteBuf in = Unpooled.wrappedBuffer(all);
      while (all.length - at >= 9 && all.length - at - 9 >= in.getUnsignedMedium(at)) {
        int length = in.getUnsignedMedium(at);
        frame(in.getByte(at + 3), in.getByte(at + 4), in.getInt(at + 5), in.slice(at + 9, length));
        at += 9 + length;
      }
      unread.write(all, at, all.length - at);
    }

    private void frame(int type, int flags, int stream, ByteBuf body) {
      switch (type) {
        case FrameParser.DATA -> {
          int length = body.readableBytes();
          receivedData += length;
          grantedConnection -= length;
          long left = granted.merge(stream, (long) -length, Long::sum);
          assertThat(grantedConnection).as("connection window kept").isNotNegative();
          assertThat(left + 0L).as("window of stream %d kept", stream).isNotNegative();
          var bytes = new byte[length];
          body.readBytes(bytes);
          got.computeIfAbsent(stream, s -> new ByteArrayOutputStream()).writeBytes(bytes);
        }
        case FrameParser.WINDOW_UPDATE -> {
          if (stream == 0) {
            connectionWindow += body.readInt();
          } else {
            windows.merge(stream, (long) body.readInt(), Long::sum);
          }
        }
        case FrameParser.SETTINGS -> {
          while (body.readableBytes() >= 6) {
            int id = body.readUnsignedShort();
            long value = body.readUnsignedInt();
            if (id == Http2Connection.INITIAL_WINDOW_SIZE) {
              long change = value - initialWindow;
              windows.replaceAll((s, w) -> w + change);
              initialWindow = value;
            }
          }
        }
        case FrameParser.RST_STREAM -> windows.remove(stream);
        case FrameParser.GOAWAY -> goAway = true;
        default -> {}
      }
    }

    void send(ByteBuf bytes, SplittableRandom random) {
      // in pieces, each with room before it, as a receive buffer has
      while (bytes.isReadable()) {
        int part =
            random.nextInt(3) == 0
                ? 1 + random.nextInt(bytes.readableBytes())
                : bytes.readableBytes();
        ByteBuf piece = UnpooledByteBufAllocator.DEFAULT.directBuffer(ReadRoom.BYTES + part);
        piece.setIndex(ReadRoom.BYTES, ReadRoom.BYTES);
        piece.writeBytes(bytes, part);
        channel.writeInbound(piece);
      }
      bytes.release();
    }
  }

  private static ByteBuf frame(int type, int flags, int stream, byte... body) {
    return Unpooled.wrappedBuffer(Wire.frame(type, flags, stream, body));
  }

  private static ByteBuf update(int stream, int increment) {
    return frame(FrameParser.WINDOW_UPDATE, 0, stream, Wire.number(increment));
  }

  @Test
  void every_byte_is_forwarded_once_within_the_windows_and_credited_once() throws Exception {
    System.out.println("flow control: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      run(SEED + schedule);
    }
  }

  private static void run(long seed) throws Exception {
    var random = new SplittableRandom(seed);
    var counters = new Http2Counters();
    Http2Limits limits = limits();
    var clientChannel = new EmbeddedChannel();
    var workerChannel = new EmbeddedChannel();
    var clock = new TestClock();
    List<Http2Stream> fromClient = new ArrayList<>();
    List<Forwarding> forwardings = new ArrayList<>();
    var server =
        new ServerConnection(
            Http2Loop.of(clientChannel.eventLoop(), clock),
            limits,
            counters,
            100,
            16 << 10,
            (connection, headers) ->
                stream -> {
                  fromClient.add(stream);
                  var forwarding = new Forwarding();
                  forwardings.add(forwarding);
                  return forwarding;
                },
            gone -> {});
    var worker =
        new ClientConnection(
            Http2Loop.of(workerChannel.eventLoop(), clock),
            limits,
            counters,
            16 << 10,
            new ClientConnection.Owner() {
              @Override
              public void usable(ClientConnection connection) {}

              @Override
              public void leaving(ClientConnection connection, String why) {}
            });
    clientChannel.pipeline().addLast(server);
    workerChannel.pipeline().addLast(worker);
    var client = new Peer(clientChannel);
    var backend = new Peer(workerChannel);
    backend.send(frame(FrameParser.SETTINGS, 0, 0), random);
    client.send(
        Unpooled.copiedBuffer(
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", java.nio.charset.StandardCharsets.US_ASCII),
        random);
    client.send(frame(FrameParser.SETTINGS, 0, 0), random);
    turn(client, backend);

    int streams = 1 + random.nextInt(4);
    var encoder = new DefaultHttp2HeadersEncoder();
    Map<Integer, ByteArrayOutputStream> sent = new HashMap<>();
    Map<Integer, Boolean> open = new HashMap<>();
    for (int i = 0; i < streams; i++) {
      int id = 1 + 2 * i;
      Http2Headers headers = new DefaultHttp2Headers();
      headers.method("POST").scheme("http").path("/a");
      ByteBuf block = Unpooled.buffer();
      encoder.encodeHeaders(id, headers, block);
      var bytes = new byte[block.readableBytes()];
      block.readBytes(bytes);
      block.release();
      client.send(frame(FrameParser.HEADERS, FrameParser.END_HEADERS, id, bytes), random);
      client.windows.put(id, client.initialWindow);
      Http2Stream to = worker.open(new Forwarding());
      Http2Headers out = new DefaultHttp2Headers();
      out.method("POST").scheme("http").path("/a").authority("w");
      to.sendHeaders(out, false);
      backend.granted.put(to.id(), 65_535L);
      forwardings.get(i).to = to;
      sent.put(id, new ByteArrayOutputStream());
      open.put(id, true);
    }
    turn(client, backend);

    boolean resets = random.nextInt(3) == 0;
    for (int step = 0; step < 60; step++) {
      int id = 1 + 2 * random.nextInt(streams);
      int target = fromClient.get(id / 2).id();
      switch (random.nextInt(resets ? 6 : 5)) {
        case 0, 1, 2 -> upload(client, id, open, sent, random);
        case 3 -> grant(backend, 0, 1 + random.nextInt(40_000), random);
        case 4 -> grant(backend, target, 1 + random.nextInt(40_000), random);
        default -> {
          if (open.remove(id) != null) {
            Peer by = random.nextBoolean() ? client : backend;
            by.send(frame(FrameParser.RST_STREAM, 0, id, new byte[] {0, 0, 0, 8}), random);
          }
        }
      }
      if (random.nextInt(3) > 0) {
        turn(client, backend);
      }
    }
    // what waits is taken by the worker, then nothing may be owed
    for (int i = 0; i < 40; i++) {
      grant(backend, 0, 100_000, random);
      for (int id : open.keySet()) {
        grant(backend, id, 100_000, random);
      }
      turn(client, backend);
    }
    assertThat(client.goAway || backend.goAway).as("seed %d: nobody broke a rule", seed).isFalse();
    for (int id : open.keySet()) {
      ByteArrayOutputStream got = backend.got.get(id);
      assertThat(got == null ? new byte[0] : got.toByteArray())
          .as("seed %d: bytes of stream %d", seed, id)
          .isEqualTo(java.util.Objects.requireNonNull(sent.get(id)).toByteArray());
    }
    assertThat(server.bytesOwed()).as("seed %d: credit owed to the client", seed).isZero();
    assertThat(counters.queuedBytes()).as("seed %d: bytes that wait", seed).isZero();
    clientChannel.close();
    workerChannel.close();
    turn(client, backend);
  }

  private static void upload(
      Peer client,
      int id,
      Map<Integer, Boolean> open,
      Map<Integer, ByteArrayOutputStream> sent,
      SplittableRandom random) {
    Long window = client.windows.get(id);
    if (!open.containsKey(id) || window == null) {
      return;
    }
    int padding = random.nextInt(5) == 0 ? 1 + random.nextInt(200) : 0;
    long allowed = Math.min(Math.min(window, client.connectionWindow), 16_384) - padding;
    if (allowed < 1) {
      return;
    }
    var content = new byte[1 + random.nextInt((int) allowed)];
    random.nextBytes(content);
    byte[] body = content;
    if (padding > 0) {
      body = new byte[content.length + padding];
      body[0] = (byte) (padding - 1);
      System.arraycopy(content, 0, body, 1, content.length);
    }
    client.windows.put(id, window - body.length);
    client.connectionWindow -= body.length;
    java.util.Objects.requireNonNull(sent.get(id)).writeBytes(content);
    client.send(frame(FrameParser.DATA, padding > 0 ? FrameParser.PADDED : 0, id, body), random);
  }

  private static void grant(Peer backend, int stream, int increment, SplittableRandom random) {
    if (stream == 0) {
      backend.grantedConnection += increment;
    } else {
      backend.granted.merge(stream, (long) increment, Long::sum);
    }
    backend.send(update(stream, increment), random);
  }

  private static void turn(Peer client, Peer backend) {
    for (int i = 0; i < 4; i++) {
      client.channel.runPendingTasks();
      backend.channel.runPendingTasks();
      client.read();
      backend.read();
    }
  }

  private static Http2Limits limits() {
    Http2Limits defaults = Http2Limits.defaults();
    return new Http2Limits(
        WINDOW,
        2 * WINDOW,
        1_000_000,
        1_000_000,
        1_000_000,
        defaults.maxControlBytesWaiting(),
        defaults.frameTimeout(),
        defaults.keepAlive(),
        defaults.keepAliveTimeout(),
        defaults.maxConnectionAge(),
        defaults.maxConnections());
  }
}
