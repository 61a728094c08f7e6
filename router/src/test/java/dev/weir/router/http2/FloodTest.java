package dev.weir.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a hostile client may do to a connection, and where that ends. */
class FloodTest {
  private static final int PER_SECOND = 5;
  private static final int BURST = 10 * PER_SECOND;
  private static final int MAX_STREAMS = 20;
  private static final int MAX_METADATA = 4 << 10;
  private static final int MAX_CONTROL_BYTES = 4 << 10;
  private static final Duration FRAME_TIMEOUT = Duration.ofSeconds(2);

  private final Wire wire = new Wire();
  private int ended;
  private boolean paysNothing;

  /** Takes a request and never answers it. */
  private final class Patient implements StreamListener {
    @Override
    public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {}

    @Override
    public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
      if (!paysNothing) {
        stream.credit(length);
      }
    }

    @Override
    public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {}
  }

  @BeforeEach
  void connect() {
    var limits =
        new Http2Limits(
            65_535,
            65_535,
            PER_SECOND,
            PER_SECOND,
            PER_SECOND,
            MAX_CONTROL_BYTES,
            FRAME_TIMEOUT,
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofDays(1),
            10);
    wire.connect(
        new ServerConnection(
            wire.loop,
            limits,
            wire.counters,
            MAX_STREAMS,
            MAX_METADATA,
            (on, headers) -> stream -> new Patient(),
            gone -> ended++));
  }

  private void greet() {
    wire.send(Wire.PREFACE, Wire.frame(FrameParser.SETTINGS, 0, 0));
  }

  /** So many pass; the next one is one too many. */
  private void floods(int allowed, IntFunction<byte[]> frame) {
    for (int i = 0; i < allowed; i++) {
      wire.send(frame.apply(i));
    }
    assertThat(wire.isOpen()).as("after %d", allowed).isTrue();
    assertThat(wire.frames(FrameParser.GOAWAY)).isEmpty();
    wire.send(frame.apply(allowed));
    assertEndedBy(Http2Error.ENHANCE_YOUR_CALM);
  }

  private void assertEndedBy(Http2Error error) {
    assertThat(wire.frames(FrameParser.GOAWAY)).hasSize(1);
    assertThat(wire.frames(FrameParser.GOAWAY).getFirst().error()).isEqualTo(error);
    assertThat(wire.counters.faults(error)).isEqualTo(1);
    wire.advance(Duration.ofMillis(100));
    assertThat(wire.isOpen()).isFalse();
    assertThat(ended).isEqualTo(1);
  }

  private static int stream(int number) {
    return 2 * number + 1;
  }

  private static byte[] both(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static byte[] reset(int stream) {
    return Wire.frame(FrameParser.RST_STREAM, 0, stream, Wire.number(Http2Error.CANCEL.code()));
  }

  /** CVE-2023-44487. */
  @Test
  void rapid_reset() {
    greet();
    floods(BURST, i -> both(wire.request(stream(i), 0), reset(stream(i))));
  }

  /** CVE-2025-8671: the client makes the server reset its streams. */
  @Test
  void resets_that_the_client_provokes() {
    greet();
    byte[] tooMuch = Wire.number(0x7fff_ffff);
    floods(
        BURST,
        i ->
            both(
                wire.request(stream(i), 0),
                Wire.frame(FrameParser.WINDOW_UPDATE, 0, stream(i), tooMuch)));
    assertThat(wire.frames(FrameParser.RST_STREAM)).hasSize(BURST);
  }

  @Test
  void requests_that_are_given_up_at_the_allowed_rate_go_on_for_ever() {
    greet();
    for (int i = 0; i < 4 * BURST; i++) {
      wire.send(wire.request(stream(i), 0), reset(stream(i)));
      wire.advance(Duration.ofMillis(1_000 / PER_SECOND));
    }
    assertThat(wire.isOpen()).isTrue();
  }

  @Test
  void pings() {
    greet();
    // the client's SETTINGS were one already
    floods(BURST - 1, i -> Wire.frame(FrameParser.PING, 0, 0, new byte[8]));
    assertThat(wire.frames(FrameParser.PING)).hasSize(BURST - 1);
  }

  @Test
  void settings() {
    greet();
    floods(BURST - 1, i -> Wire.frame(FrameParser.SETTINGS, 0, 0));
  }

  @Test
  void priorities() {
    greet();
    floods(BURST - 1, i -> Wire.frame(FrameParser.PRIORITY, 0, 99, new byte[5]));
  }

  @Test
  void frames_of_unknown_types() {
    greet();
    floods(BURST - 1, i -> Wire.frame(0x42, 0, 0, new byte[3]));
  }

  @Test
  void empty_data() {
    greet();
    wire.send(wire.request(1, 0));
    floods(BURST - 1, i -> Wire.frame(FrameParser.DATA, 0, 1));
  }

  @Test
  void window_updates_that_nothing_of_ours_explains() {
    greet();
    floods(BURST, i -> Wire.frame(FrameParser.WINDOW_UPDATE, 0, 0, Wire.number(1)));
  }

  /** CVE-2024-27316 and its kin. */
  @Test
  void continuations_without_end() {
    greet();
    wire.send(Wire.frame(FrameParser.HEADERS, 0, 1));
    for (int i = 0; i < 64 && wire.frames(FrameParser.GOAWAY).isEmpty(); i++) {
      wire.send(Wire.frame(FrameParser.CONTINUATION, 0, 1));
    }
    wire.send(Wire.frame(FrameParser.CONTINUATION, 0, 1));
    assertEndedBy(Http2Error.ENHANCE_YOUR_CALM);
  }

  @Test
  void a_header_block_that_grows_without_end() {
    greet();
    wire.send(Wire.frame(FrameParser.HEADERS, 0, 1, new byte[2_000]));
    int bytes = 2_000;
    while (wire.frames(FrameParser.GOAWAY).isEmpty()) {
      wire.send(Wire.frame(FrameParser.CONTINUATION, 0, 1, new byte[2_000]));
      bytes += 2_000;
      assertThat(bytes).isLessThanOrEqualTo(2 * MAX_METADATA + 2_000);
    }
    assertEndedBy(Http2Error.ENHANCE_YOUR_CALM);
  }

  /** A small block that unpacks to much: each byte of it stands for a header of 2 KB. */
  @Test
  void headers_that_unpack_to_more_than_the_limit_get_431() {
    greet();
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.method("POST").scheme("http").path("/service/Method");
    for (int i = 0; i < 10; i++) {
      headers.add("bomb", "b".repeat(2_000));
    }
    wire.send(Wire.frame(FrameParser.HEADERS, FrameParser.END_HEADERS, 1, wire.block(headers)));
    assertThat(wire.isOpen()).isTrue();
    assertThat(wire.frames(FrameParser.HEADERS)).hasSize(1);
    wire.send(wire.request(3, 0));
    assertThat(wire.frames(FrameParser.RST_STREAM))
        .as("the next request is taken")
        .noneMatch(f -> f.stream() == 3);
  }

  @Test
  void streams_beyond_those_announced_are_refused_and_counted() {
    greet();
    for (int i = 0; i < MAX_STREAMS + 5; i++) {
      wire.send(wire.request(stream(i), 0));
    }
    assertThat(wire.frames(FrameParser.RST_STREAM))
        .hasSize(5)
        .allMatch(f -> f.number() == Http2Error.REFUSED_STREAM.code());
    assertThat(wire.counters.refusedStreams()).isEqualTo(5);
    assertThat(wire.isOpen()).isTrue();
  }

  @Test
  void more_data_than_the_window_allows() {
    greet();
    paysNothing = true;
    wire.send(wire.request(1, 0));
    for (int i = 0; i < 3; i++) {
      wire.send(Wire.frame(FrameParser.DATA, 0, 1, new byte[16_384]));
    }
    wire.send(Wire.frame(FrameParser.DATA, 0, 1, new byte[16_383]));
    assertThat(wire.isOpen()).isTrue();
    wire.send(Wire.frame(FrameParser.DATA, 0, 1, new byte[1]));
    assertEndedBy(Http2Error.FLOW_CONTROL_ERROR);
  }

  @Test
  void a_preface_that_does_not_come() {
    wire.send(Arrays.copyOf(Wire.PREFACE, 10));
    wire.advance(FRAME_TIMEOUT.minusMillis(50));
    assertThat(wire.isOpen()).isTrue();
    wire.advance(Duration.ofMillis(100));
    assertEndedBy(Http2Error.ENHANCE_YOUR_CALM);
  }

  @Test
  void a_header_block_that_comes_byte_by_byte() {
    greet();
    byte[] request = wire.request(1, 0);
    for (int i = 0; i < request.length - 1 && wire.isOpen(); i++) {
      wire.send(new byte[] {request[i]});
      wire.advance(Duration.ofMillis(200));
    }
    assertEndedBy(Http2Error.ENHANCE_YOUR_CALM);
  }

  @Test
  void frames_that_come_whole_may_be_far_apart() {
    greet();
    wire.send(wire.request(1, 0));
    for (int i = 0; i < 10; i++) {
      wire.advance(FRAME_TIMEOUT);
      wire.send(Wire.frame(FrameParser.DATA, 0, 1, new byte[1]));
    }
    assertThat(wire.isOpen()).isTrue();
  }
}
