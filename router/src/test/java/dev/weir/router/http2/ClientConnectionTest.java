package dev.weir.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A connection to a worker, and what workers do to it. */
class ClientConnectionTest {
  private final Wire wire = new Wire();
  private final List<String> said = new ArrayList<>();
  private ClientConnection connection = connect(wire, 1);

  private ClientConnection connect(Wire to, int firstId) {
    Http2Limits usual = Http2Limits.defaults();
    var made =
        new ClientConnection(
            to.loop,
            usual,
            to.counters,
            16 << 10,
            new ClientConnection.Owner() {
              @Override
              public void usable(ClientConnection usable) {
                said.add("usable");
              }

              @Override
              public void leaving(ClientConnection leaving, String why) {
                said.add("leaving: " + why);
              }
            },
            firstId);
    to.connect(made);
    return made;
  }

  private static final class Call implements StreamListener {
    private final List<String> events = new ArrayList<>();

    @Override
    public void onHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
      events.add(end ? "end" : "headers");
    }

    @Override
    public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
      stream.credit(length);
    }

    @Override
    public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
      events.add(reason.name());
    }
  }

  private Call call() {
    var call = new Call();
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.method("POST").scheme("http").path("/service/Method");
    connection.open(call).sendHeaders(headers, true);
    wire.send();
    return call;
  }

  private void greet() {
    wire.send(Wire.frame(FrameParser.SETTINGS, 0, 0));
  }

  @Test
  void no_stream_is_opened_before_the_worker_has_said_its_settings() {
    assertThat(connection.canOpen()).isFalse();
    wire.advance(Duration.ofSeconds(5));
    assertThat(connection.canOpen()).isFalse();
    assertThat(said).isEmpty();

    greet();

    assertThat(connection.canOpen()).isTrue();
    assertThat(said).containsExactly("usable");
  }

  @Test
  void a_worker_that_never_says_its_settings_is_left() {
    wire.advance(Http2Limits.defaults().frameTimeout().plusMillis(100));

    assertThat(connection.isLeaving()).isTrue();
    assertThat(said).hasSize(1).first().asString().startsWith("leaving");
  }

  @Test
  void the_workers_bound_on_streams_is_kept_also_when_it_changes() {
    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 2));
    call();
    call();
    assertThat(connection.canOpen()).isFalse();
    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 1));
    wire.send(wire.answer(1, FrameParser.END_STREAM));
    assertThat(connection.canOpen()).as("one of one is open").isFalse();

    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 3));
    assertThat(connection.canOpen()).isTrue();
    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 0));
    assertThat(connection.canOpen()).isFalse();
  }

  @Test
  void whoever_waits_is_told_when_a_stream_can_be_opened_again() {
    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 1));
    call();
    said.clear();

    wire.send(wire.answer(1, FrameParser.END_STREAM));

    assertThat(said).containsExactly("usable");
  }

  @Test
  void a_worker_that_allows_more_streams_tells_whoever_waits() {
    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 1));
    call();
    said.clear();

    wire.send(Wire.setting(Http2Connection.MAX_CONCURRENT_STREAMS, 2));

    assertThat(said).containsExactly("usable");
  }

  /** The two steps of RFC 9113, 6.8. */
  @Test
  void a_worker_that_leaves_finishes_what_it_looked_at_and_the_rest_goes_elsewhere() {
    greet();
    Call first = call();
    wire.send(Wire.goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR));
    assertThat(connection.canOpen()).isFalse();
    assertThat(first.events).isEmpty();
    assertThat(said).hasSize(2).last().asString().startsWith("leaving: GOAWAY");

    wire.send(Wire.goAway(1, Http2Error.NO_ERROR));
    assertThat(first.events).isEmpty();
    wire.send(wire.answer(1, FrameParser.END_STREAM));

    assertThat(first.events).containsExactly("end");
    assertThat(wire.isOpen()).as("closed when the last has ended").isFalse();
    assertThat(said).as("told once").hasSize(2);
  }

  @Test
  void streams_beyond_the_last_that_the_worker_looked_at_may_be_tried_elsewhere() {
    greet();
    Call looked = call();
    Call notLooked = call();

    wire.send(Wire.goAway(1, Http2Error.NO_ERROR));

    assertThat(notLooked.events).containsExactly("UNPROCESSED");
    assertThat(looked.events).isEmpty();
  }

  @Test
  void a_refused_stream_may_be_tried_elsewhere_and_another_reset_is_what_it_is() {
    greet();
    Call refused = call();
    Call reset = call();
    wire.send(
        Wire.frame(FrameParser.RST_STREAM, 0, 1, Wire.number(Http2Error.REFUSED_STREAM.code())));
    wire.send(
        Wire.frame(FrameParser.RST_STREAM, 0, 3, Wire.number(Http2Error.INTERNAL_ERROR.code())));

    assertThat(refused.events).containsExactly("UNPROCESSED");
    assertThat(reset.events).containsExactly("RESET");
  }

  @Test
  void a_connection_that_is_lost_ends_its_streams() {
    greet();
    Call call = call();

    wire.channel.close();
    wire.send();

    assertThat(call.events).containsExactly("CONNECTION_LOST");
    assertThat(connection.isLeaving()).isTrue();
  }

  @Test
  void a_silent_worker_is_asked_for_a_sign_of_life_and_left_when_there_is_none() {
    greet();
    Call call = call();
    Http2Limits limits = Http2Limits.defaults();
    wire.advance(limits.keepAlive().multipliedBy(2));
    assertThat(wire.frames(FrameParser.PING)).hasSize(1);
    wire.send(Wire.frame(FrameParser.PING, FrameParser.ACK, 0, new byte[8]));
    wire.advance(limits.keepAliveTimeout());
    assertThat(wire.isOpen()).isTrue();

    wire.advance(limits.keepAlive().multipliedBy(2).plus(limits.keepAliveTimeout()));

    assertThat(call.events).containsExactly("CONNECTION_LOST");
    assertThat(wire.isOpen()).isFalse();
  }

  @Test
  void an_answer_that_no_request_asked_for_ends_the_connection() {
    greet();

    wire.send(wire.answer(1, 0));

    assertThat(wire.frames(FrameParser.GOAWAY)).hasSize(1);
    assertThat(wire.frames(FrameParser.GOAWAY).getFirst().error())
        .isEqualTo(Http2Error.PROTOCOL_ERROR);
  }

  @Test
  void a_connection_whose_stream_identifiers_are_used_up_is_left_and_its_streams_finish() {
    var old = new Wire();
    int last = Integer.MAX_VALUE - 1000 - 2;
    connection = connect(old, last);
    old.send(Wire.frame(FrameParser.SETTINGS, 0, 0));
    said.clear();
    var call = new Call();
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.method("POST").scheme("http").path("/service/Method");
    connection.open(call).sendHeaders(headers, true);

    assertThat(said).containsExactly("leaving: stream identifiers are used up");
    assertThat(connection.canOpen()).isFalse();
    assertThat(connection.isLeaving()).isTrue();
    old.send(old.answer(last, FrameParser.END_STREAM));
    assertThat(call.events).contains("end");
    old.advance(Duration.ofSeconds(1));
    assertThat(old.isOpen()).as("nothing is left to do on it").isFalse();
  }
}
