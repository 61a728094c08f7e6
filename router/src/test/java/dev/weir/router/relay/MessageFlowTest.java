package dev.weir.router.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.LoneStream;
import dev.weir.router.limit.ByteBudget;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Messages in random pieces, on to peers with random windows. {@code -Dweir.seed=N} repeats. */
class MessageFlowTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final int CASES = 2_000;
  private static final int WINDOW = 65_535;

  /** A message that comes from a client, as a call takes it. */
  private static final class Incoming {
    private final LoneStream client = new LoneStream(WINDOW, this::data);
    private final MessageFlow flow;

    Incoming(@Nullable ByteBudget budget, int keepAtMost) {
      flow = new MessageFlow(client.allocator(), budget, keepAtMost);
    }

    private void data(Http2Stream from, ByteBuf in, int length, boolean headroom, boolean end) {
      int at = in.readerIndex();
      int left = length;
      boolean room = headroom;
      if (!flow.hasPrefix()) {
        int prefix = flow.prefix(from, in, at, left);
        at += prefix;
        left -= prefix;
        room = headroom && prefix == MessageFlow.PREFIX_BYTES;
      }
      if (left > 0) {
        flow.payload(from, in, at, left, room);
      }
    }

    void sendTo(LoneStream worker, byte[] behind) {
      flow.sendTo(worker.stream(), client.stream(), behind, true);
    }

    void assertNothingLeft() {
      assertThat(client.owed()).as("owed to the client").isZero();
      assertThat(client.close()).as("bytes in buffers nobody released").isZero();
    }
  }

  private static LoneStream worker(int window) {
    return new LoneStream(window, (from, in, length, headroom, end) -> from.credit(length));
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] message(int flag, byte[] payload, byte[] suffix) {
    byte[] message = new byte[5 + payload.length + suffix.length];
    int length = payload.length + suffix.length;
    message[0] = (byte) flag;
    for (int i = 0; i < 4; i++) {
      message[1 + i] = (byte) (length >>> 8 * (3 - i));
    }
    System.arraycopy(payload, 0, message, 5, payload.length);
    System.arraycopy(suffix, 0, message, 5 + payload.length, suffix.length);
    return message;
  }

  private static int length(SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(4);
      case 1 -> Http2Stream.COPIED_BYTES - 3 + random.nextInt(6);
      case 2 -> random.nextInt(50_000);
      default -> random.nextInt(600);
    };
  }

  private static void drain(SplittableRandom random, LoneStream worker, int expected) {
    for (int turn = 0; turn < 100_000 && worker.got().length < expected; turn++) {
      worker.grant(1 + random.nextInt(8_000));
    }
  }

  @Test
  void whatever_the_pieces_the_message_arrives_whole_and_is_credited_once() {
    System.out.println("flow: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    for (int i = 0; i < CASES; i++) {
      try {
        run(SEED + i);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + (SEED + i), e);
      }
    }
  }

  private static void run(long seed) {
    var random = new SplittableRandom(seed);
    ByteBudget budget = random.nextInt(4) == 0 ? null : new ByteBudget(random.nextInt(60_000));
    var in = new Incoming(budget, random.nextInt(60_000));
    LoneStream worker = worker(random.nextBoolean() ? WINDOW : random.nextInt(200));
    int flag = random.nextInt(5) == 0 ? 1 : 0;
    byte[] payload = bytes(random, length(random));
    byte[] suffix = random.nextInt(4) == 0 ? MessageFlow.NOTHING : bytes(random, 200);
    byte[] shortened = Arrays.copyOf(suffix, Math.min(suffix.length, random.nextInt(201)));
    byte[] appended = flag == 0 ? shortened : MessageFlow.NOTHING;
    byte[] expected = message(flag, payload, appended);

    byte[] message = message(flag, payload, MessageFlow.NOTHING);
    int sendAt = random.nextInt(message.length + 1);
    boolean sent = false;
    int at = 0;
    while (at < message.length) {
      int most = random.nextInt(3) == 0 ? 7 : 16_384;
      int part = Math.min(message.length - at, 1 + random.nextInt(most));
      in.client.receive(Arrays.copyOfRange(message, at, at + part));
      at += part;
      if (!sent) {
        assertThat(in.client.owed()).as("held, unpaid").isEqualTo(in.flow.taken());
      }
      if (!sent && in.flow.hasPrefix() && at >= sendAt) {
        in.sendTo(worker, shortened);
        sent = true;
      }
      assertThat(in.client.owed()).isNotNegative();
    }
    if (!sent) {
      in.sendTo(worker, shortened);
    }
    drain(random, worker, expected.length);

    assertThat(worker.got()).isEqualTo(expected);
    assertThat(worker.isEnded()).isTrue();
    assertThat(in.client.owed()).as("all of it was sent on").isZero();
    if (in.flow.isKept()) {
      resend(random, in, flag, payload);
    }
    in.flow.close(in.client.stream());
    if (budget != null) {
      assertThat(budget.held()).as("kept for nobody").isZero();
    }
    worker.close();
    in.assertNothingLeft();
  }

  private static void resend(SplittableRandom random, Incoming in, int flag, byte[] payload) {
    byte[] other = bytes(random, random.nextInt(150));
    byte[] expected = message(flag, payload, flag == 0 ? other : MessageFlow.NOTHING);
    MessageFlow shared = in.flow.share();
    in.flow.detach();
    LoneStream second = worker(random.nextInt(WINDOW));
    in.sendTo(second, other);
    LoneStream third = worker(random.nextInt(WINDOW));
    shared.sendTo(third.stream(), in.client.stream(), other, true);
    drain(random, second, expected.length);
    drain(random, third, expected.length);

    assertThat(second.got()).as("sent once more").isEqualTo(expected);
    assertThat(third.got()).as("the shared copy").isEqualTo(expected);
    shared.close(in.client.stream());
    second.close();
    third.close();
  }

  @Test
  void nothing_is_kept_beyond_the_budget_or_the_largest_message() {
    byte[] message = message(0, new byte[1_000], MessageFlow.NOTHING);
    var budget = new ByteBudget(1_500);
    var first = new Incoming(budget, 1_000);
    var second = new Incoming(budget, 1_000);
    var third = new Incoming(new ByteBudget(10_000), 999);
    for (Incoming each : new Incoming[] {first, second, third}) {
      each.client.receive(message);
      each.sendTo(worker(WINDOW), MessageFlow.NOTHING);
    }

    assertThat(first.flow.isKept()).isTrue();
    assertThat(second.flow.isKept()).as("no room beside the first").isFalse();
    assertThat(third.flow.isKept()).as("longer than what is kept").isFalse();
    assertThat(budget.held()).isEqualTo(1_000);
    assertThat(budget.refused()).isEqualTo(1);
    first.flow.close(first.client.stream());
    assertThat(budget.held()).isZero();
    first.assertNothingLeft();
    second.assertNothingLeft();
  }

  @Test
  void what_is_collected_takes_room_until_it_is_sent_or_dropped() {
    byte[] message = message(1, new byte[1_000], MessageFlow.NOTHING);
    var room = new ByteBudget(1_500);
    var sent = new Incoming(null, 0);
    sent.client.receive(message);
    assertThat(sent.flow.collect(sent.client.stream(), room)).isTrue();
    assertThat(sent.client.owed()).as("paid, so that the rest can come").isZero();
    assertThat(room.held()).isEqualTo(1_000);

    var refused = new Incoming(null, 0);
    refused.client.receive(message);
    assertThat(refused.flow.collect(refused.client.stream(), room)).isFalse();
    assertThat(room.refused()).isEqualTo(1);
    refused.flow.close(refused.client.stream());
    assertThat(room.held()).as("the other's is not given back").isEqualTo(1_000);

    sent.flow.replace(new byte[1_400]);
    assertThat(room.held()).as("the compressed form is gone").isZero();
    assertThat(sent.flow.collect(sent.client.stream(), room)).isTrue();
    assertThat(room.held()).isEqualTo(1_400);
    sent.sendTo(worker(WINDOW), MessageFlow.NOTHING);
    assertThat(room.held()).isZero();
    sent.assertNothingLeft();
    refused.assertNothingLeft();
  }

  @Test
  void bytes_of_a_second_message_are_seen_dropped_and_credited() {
    var in = new Incoming(null, 0);
    in.client.receive(message(0, new byte[10], new byte[0]));
    assertThat(in.flow.isFollowed()).isFalse();
    in.client.receive(new byte[3]);

    assertThat(in.flow.isFollowed()).isTrue();
    assertThat(in.client.owed()).isEqualTo(10);
    in.flow.close(in.client.stream());
    in.assertNothingLeft();
  }
}
