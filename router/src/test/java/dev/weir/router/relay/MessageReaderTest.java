package dev.weir.router.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.router.http2.Http2Counters;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.LoneStream;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Streams of messages in random pieces, to takers that are ready at random. */
class MessageReaderTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final int CASES = 1_000;
  private static final int WINDOW = 65_535;
  private static final int MAX_MESSAGE_BYTES = 60_000;

  /** A client, the reader of its messages, and who takes them. */
  private static final class Reading implements MessageReader.Taker {
    private final SplittableRandom random;
    private final LoneStream client = new LoneStream(WINDOW, this::data);
    private final Http2Counters counters = new Http2Counters();
    private final MessageReader reader;
    private final List<byte[]> taken = new ArrayList<>();
    private boolean always;
    private boolean ready = true;
    private @Nullable Boolean endedInMessage;
    private @Nullable StatusCode refused;

    @SuppressWarnings("NullAway") // what else belongs to a call is not asked here
    Reading(SplittableRandom random) {
      this.random = random;
      var context =
          new CallContext(
              null,
              RelayConfig.defaults(),
              MAX_MESSAGE_BYTES,
              WINDOW,
              null,
              null,
              client.allocator(),
              null,
              null,
              counters,
              null);
      this.reader = new MessageReader(context, this);
    }

    private void data(Http2Stream from, ByteBuf in, int length, boolean headroom, boolean end) {
      reader.data(from, in, length, headroom);
    }

    @Override
    public boolean isReady() {
      return always || ready;
    }

    @Override
    public void take(MessageFlow message) {
      taken.add(message.toBytes());
      message.dropPieces();
      ready = random.nextBoolean();
    }

    @Override
    public void refused(StatusCode code, String text) {
      refused = code;
      reader.close(client.stream());
    }

    @Override
    public void finished(boolean inMessage) {
      endedInMessage = inMessage;
    }

    void receive(byte[] piece) {
      if (client.owed() + piece.length > WINDOW / 2) {
        goOn();
      }
      client.receive(piece);
      if (random.nextInt(3) == 0) {
        ready = random.nextBoolean();
        reader.resume(client.stream());
      }
    }

    /** Takes whatever there is. */
    void goOn() {
      always = true;
      reader.resume(client.stream());
      always = false;
    }

    void assertNothingLeft() {
      assertThat(client.owed()).as("owed to the client").isZero();
      assertThat(counters.queuedBytes()).as("counted as waiting").isZero();
      assertThat(client.close()).as("bytes in buffers nobody released").isZero();
    }
  }

  private static List<byte[]> messages(SplittableRandom random) {
    List<byte[]> messages = new ArrayList<>();
    int count = random.nextInt(30);
    for (int i = 0; i < count; i++) {
      int most = random.nextInt(20) == 0 ? MAX_MESSAGE_BYTES : random.nextInt(3) == 0 ? 6_000 : 90;
      var message = new byte[random.nextInt(most)];
      random.nextBytes(message);
      messages.add(message);
    }
    return messages;
  }

  private static byte[] joined(List<byte[]> messages) {
    var all = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      all.write(0);
      for (int shift = 24; shift >= 0; shift -= 8) {
        all.write(message.length >>> shift);
      }
      all.writeBytes(message);
    }
    return all.toByteArray();
  }

  private static void send(Reading reading, byte[] bytes, SplittableRandom random) {
    int at = 0;
    while (at < bytes.length) {
      int most = random.nextInt(4) == 0 ? 16_000 : random.nextBoolean() ? 5_000 : 12;
      int end = Math.min(bytes.length, at + 1 + random.nextInt(most));
      reading.receive(Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
  }

  private static void repeated(LongConsumer run) {
    System.out.println("reader: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    for (int i = 0; i < CASES; i++) {
      try {
        run.accept(SEED + i);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + (SEED + i), e);
      }
    }
  }

  @Test
  void whatever_the_pieces_every_message_is_taken_whole_and_in_order() {
    repeated(seed -> {
      var random = new SplittableRandom(seed);
      List<byte[]> messages = messages(random);
      byte[] bytes = joined(messages);
      int cut = random.nextInt(3) == 0 && bytes.length > 0 ? random.nextInt(bytes.length) : -1;
      var reading = new Reading(random);
      send(reading, cut < 0 ? bytes : Arrays.copyOf(bytes, cut), random);
      reading.reader.end();
      reading.goOn();

      if (cut < 0) {
        assertThat(joined(reading.taken)).isEqualTo(bytes);
        assertThat(reading.endedInMessage).isFalse();
      } else {
        assertThat(joined(reading.taken))
            .isEqualTo(Arrays.copyOf(bytes, joined(reading.taken).length));
        assertThat(reading.endedInMessage).isEqualTo(joined(reading.taken).length < cut);
      }
      reading.assertNothingLeft();
    });
  }

  @Test
  void what_is_closed_holds_nothing_and_pays_for_everything() {
    repeated(seed -> {
      var random = new SplittableRandom(seed);
      byte[] bytes = joined(messages(random));
      var reading = new Reading(random);
      int cut = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      send(reading, Arrays.copyOf(bytes, cut), random);
      reading.reader.close(reading.client.stream());
      int before = reading.taken.size();
      send(reading, Arrays.copyOfRange(bytes, cut, bytes.length), random);

      assertThat(reading.taken).hasSize(before);
      assertThat(reading.endedInMessage).isNull();
      reading.assertNothingLeft();
    });
  }

  @Test
  void a_message_over_the_limit_ends_the_reading() {
    var random = new SplittableRandom(1);
    var reading = new Reading(random);
    reading.always = true;
    send(reading, joined(List.of(new byte[10], new byte[MAX_MESSAGE_BYTES + 1])), random);

    assertThat(reading.refused).isEqualTo(StatusCode.RESOURCE_EXHAUSTED);
    assertThat(reading.taken).hasSize(1);
    reading.assertNothingLeft();
  }
}
