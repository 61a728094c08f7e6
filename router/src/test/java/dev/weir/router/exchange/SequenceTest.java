package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.route.v1.Hedge;
import dev.weir.proto.route.v1.RetryPolicy;
import dev.weir.router.Snapshots;
import dev.weir.router.balance.Worker;
import dev.weir.router.policy.TestRequest;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceTest {
  private final ExchangeWorld world =
      new ExchangeWorld(1, ExchangeWorld.retry(3, 1, 100), Snapshots.single("fraud", "1"));

  private static TestRequest message(KeyValue id) {
    return new TestRequest("fraud").parameter("sequence_id", id);
  }

  private static TestRequest message(long id) {
    return message(new KeyValue.Whole(id));
  }

  private static TestRequest start(long id) {
    return message(id).parameter("sequence_start", new KeyValue.Flag(true));
  }

  private static Attempt sent(NextStep step) {
    assertThat(step).isInstanceOf(NextStep.Send.class);
    return ((NextStep.Send) step).attempt();
  }

  private static NextStep lost(Exchange exchange, Attempt attempt) {
    return exchange.attemptFailed(attempt, StatusCode.UNAVAILABLE, "lost", true, false);
  }

  private Worker workerOf(TestRequest request) {
    Exchange exchange = world.open(request);
    Attempt attempt = sent(exchange.begin());
    exchange.attemptAnswered(attempt);
    exchange.ended(StatusCode.OK, "");
    return attempt.worker();
  }

  private void fiveWorkers() {
    for (String id : new String[] {"a", "b", "c", "d", "e"}) {
      world.worker(id, "1");
    }
  }

  @Test
  void every_message_of_a_sequence_goes_to_one_worker_and_sequences_to_all() {
    fiveWorkers();
    Set<Worker> all = new HashSet<>();
    for (long sequence = 1; sequence <= 50; sequence++) {
      Worker first = workerOf(start(sequence));
      for (int i = 0; i < 5; i++) {
        assertThat(workerOf(message(sequence))).isSameAs(first);
      }
      all.add(first);
    }
    assertThat(all).hasSize(5);
  }

  @Test
  void a_text_and_a_number_are_two_sequences_and_neither_of_none() {
    fiveWorkers();
    Set<Worker> different = new HashSet<>();
    for (long sequence = 1; sequence <= 20; sequence++) {
      if (workerOf(message(sequence))
          != workerOf(message(new KeyValue.Text(String.valueOf(sequence))))) {
        different.add(workerOf(message(sequence)));
      }
    }
    assertThat(different).isNotEmpty();
    Set<Worker> balanced = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      balanced.add(workerOf(message(0)));
    }
    assertThat(balanced).hasSizeGreaterThan(1);
  }

  @Test
  void only_the_sequences_of_a_worker_that_leaves_move() {
    fiveWorkers();
    Map<Long, Worker> before = new HashMap<>();
    for (long sequence = 1; sequence <= 100; sequence++) {
      before.put(sequence, workerOf(start(sequence)));
    }
    Worker leaves = Objects.requireNonNull(before.get(1L));
    world.drain(leaves);

    before.forEach((sequence, worker) -> {
      Worker now = workerOf(message(sequence));
      if (worker == leaves) {
        assertThat(now).isNotSameAs(leaves);
      } else {
        assertThat(now).isSameAs(worker);
      }
    });
  }

  @Test
  void a_message_behind_the_first_is_lost_with_its_worker() {
    fiveWorkers();
    Exchange exchange = world.open(message(7));
    Attempt attempt = sent(exchange.begin());
    world.drain(attempt.worker());

    assertThat(lost(exchange, attempt)).isEqualTo(new NextStep.End(StatusCode.UNAVAILABLE, "lost"));
  }

  @Test
  void a_first_message_goes_where_its_sequence_belongs_when_its_worker_has_left() {
    fiveWorkers();
    Exchange exchange = world.open(start(7));
    Attempt attempt = sent(exchange.begin());
    world.drain(attempt.worker());
    Attempt second = sent(lost(exchange, attempt));
    exchange.attemptAnswered(second);
    exchange.ended(StatusCode.OK, "");

    assertThat(workerOf(message(7))).isSameAs(second.worker());
  }

  @Test
  void a_first_message_is_not_tried_elsewhere_while_its_worker_is_there() {
    fiveWorkers();
    Exchange exchange = world.open(start(7));
    Attempt attempt = sent(exchange.begin());

    assertThat(lost(exchange, attempt)).isEqualTo(new NextStep.End(StatusCode.UNAVAILABLE, "lost"));
    assertThat(attempt.worker().inFlight()).isZero();
  }

  @Test
  void a_sequence_is_not_hedged() {
    var hedging =
        new ExchangeWorld(
            1,
            ExchangeWorld.retry(3, 1, 100),
            Snapshots.single("fraud", "1").toBuilder()
                .setRetry(
                    RetryPolicy.newBuilder().setHedge(Hedge.newBuilder().setAfterQuantile(0.9)))
                .build());
    hedging.worker("a", "1");
    hedging.worker("b", "1");
    for (int i = 0; i < 100; i++) {
      Exchange exchange = hedging.open();
      Attempt attempt = sent(exchange.begin());
      hedging.clock.advance(Duration.ofMillis(10));
      exchange.attemptAnswered(attempt);
      exchange.ended(StatusCode.OK, "");
    }
    assertThat(hedging.open().hedgeDelayNanos()).isPositive();
    Exchange exchange = hedging.open(start(7));
    sent(exchange.begin());

    assertThat(exchange.hedgeDelayNanos()).isEqualTo(-1);
    assertThat(exchange.hedge()).isNull();
  }
}
