package dev.weir.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import org.junit.jupiter.api.Test;

/** Peers that let themselves be sent as little as they can. */
class WindowGamesTest {
  private static final int ANSWER = 40_000;

  private final LoneStream client =
      new LoneStream(0, (from, in, length, headroom, end) -> from.credit(length));

  private void answer() {
    ByteBuf answer = client.allocator().directBuffer(ANSWER).writeZero(ANSWER);
    client.stream().sendData(answer, 0, ANSWER, false, null, 0, true);
    answer.release();
  }

  /** CVE-2019-9517: the answer waits, is counted, and goes when the stream is ended. */
  @Test
  void a_window_that_stays_shut_is_counted_and_holds_nothing_after_the_deadline() {
    answer();
    assertThat(client.got()).isEmpty();
    assertThat(client.counters().queuedBytes()).isEqualTo(ANSWER);
    assertThat(client.counters().windowStalls()).isPositive();

    client.stream().reset(Http2Error.CANCEL);
    assertThat(client.counters().queuedBytes()).isZero();
    assertThat(client.close()).as("bytes in buffers nobody released").isZero();
  }

  /** CVE-2019-9511. */
  @Test
  void windows_opened_byte_by_byte_are_a_flood() {
    answer();
    int grants = 0;
    while (client.isOpen() && grants < ANSWER) {
      client.grant(1);
      grants++;
    }

    // two updates for each byte, and ten seconds' worth of them at once
    assertThat(grants)
        .isBetween(LoneStream.UPDATES_PER_SECOND * 5, LoneStream.UPDATES_PER_SECOND * 5 + 1);
    assertThat(client.counters().faults(Http2Error.ENHANCE_YOUR_CALM)).isEqualTo(1);
    assertThat(client.counters().queuedBytes()).isZero();
    assertThat(client.close()).as("bytes in buffers nobody released").isZero();
  }

  @Test
  void a_small_window_that_is_opened_as_often_as_it_was_used_is_none() {
    for (int round = 0; round < 100; round++) {
      answer100Times();
    }

    assertThat(client.isOpen()).isTrue();
  }

  private void answer100Times() {
    for (int i = 0; i < 100; i++) {
      ByteBuf piece = client.allocator().directBuffer(10).writeZero(10);
      client.stream().sendData(piece, 0, 10, false, null, 0, false);
      piece.release();
      client.grant(10);
    }
  }
}
