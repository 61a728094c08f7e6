package dev.weir.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.loadtest.load.ArrivalSchedule.Kind;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.inference.ModelInferRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Time stands still until the test moves it, and the server answers when the test says so: what is
 * measured is exact.
 */
@Timeout(60)
final class OpenLoopGeneratorTest {
  private static final Duration GAP = Duration.ofMillis(10);

  private final HeldServer server = new HeldServer();
  private final TestClock clock = new TestClock();
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final InferenceClient client =
      new InferenceClient(server.address(), 2, new Metadata(), Duration.ofSeconds(30), List.of());

  @AfterEach
  void close() throws InterruptedException {
    client.close();
    server.close();
  }

  private static ModelInferRequest request(long index) {
    return ModelInferRequest.newBuilder().setModelName("affine").setId("r" + index).build();
  }

  /** A request each 10 ms, the first one 10 ms after the start. */
  private OpenLoopGenerator generator(int maxInFlight) {
    return new OpenLoopGenerator(
        client,
        OpenLoopGeneratorTest::request,
        new ArrivalSchedule(100, Kind.EVEN, 1),
        maxInFlight,
        clock,
        outcomes::add);
  }

  private List<HeldServer.Held> take(int count) throws InterruptedException {
    var held = new ArrayList<HeldServer.Held>();
    for (int i = 0; i < count; i++) {
      held.add(server.next());
    }
    return held;
  }

  private List<Outcome> outcomes(int count) throws InterruptedException {
    var taken = new ArrayList<Outcome>();
    for (int i = 0; i < count; i++) {
      Outcome outcome = outcomes.poll(20, TimeUnit.SECONDS);
      assertThat(outcome).as("outcome %d of %d", i + 1, count).isNotNull();
      taken.add(outcome);
    }
    return taken;
  }

  @Test
  void a_server_that_stalls_is_charged_for_all_requests_that_were_due_meanwhile() throws Exception {
    try (OpenLoopGenerator generator = generator(1_000)) {
      generator.start(null);
      clock.advance(Duration.ofMillis(300));
      List<HeldServer.Held> stalled = take(30);
      assertThat(generator.inFlight()).isEqualTo(30);
      stalled.forEach(HeldServer.Held::succeed);
      for (Outcome outcome : outcomes(30)) {
        long dueMillis = 10 * (outcome.index() + 1);
        assertThat(outcome.status().isOk()).isTrue();
        assertThat(outcome.latencyNanos())
            .as("request %d", outcome.index())
            .isEqualTo(Duration.ofMillis(300 - dueMillis).toNanos());
      }
    }
  }

  @Test
  void a_sender_that_falls_behind_still_measures_from_the_time_due() throws Exception {
    var made = new AtomicInteger();
    RequestSource slow =
        index -> {
          if (made.getAndIncrement() == 0) {
            clock.advance(Duration.ofMillis(55));
          }
          return request(index);
        };
    try (var generator =
        new OpenLoopGenerator(
            client, slow, new ArrivalSchedule(100, Kind.EVEN, 1), 1_000, clock, outcomes::add)) {
      generator.start(null);
      take(5).forEach(HeldServer.Held::succeed);
      outcomes(5)
          .forEach(outcome ->
              assertThat(outcome.latencyNanos())
                  .isEqualTo(Duration.ofMillis(55 - 10 * (outcome.index() + 1)).toNanos()));
    }
  }

  @Test
  void requests_due_beyond_the_bound_are_not_sent_and_said_to_be_so() throws Exception {
    try (OpenLoopGenerator generator = generator(3)) {
      generator.start(null);
      clock.advance(Duration.ofMillis(50));
      List<HeldServer.Held> sent = take(3);
      List<Outcome> unsent = outcomes(2);
      assertThat(unsent)
          .allSatisfy(outcome -> {
            assertThat(outcome.sent()).isFalse();
            assertThat(outcome.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(outcome.status().getDescription())
                .isEqualTo("not sent: 3 requests are in flight already");
          });
      assertThat(unsent).extracting(Outcome::index).containsExactly(3L, 4L);
      assertThat(server.waiting()).isZero();

      sent.forEach(HeldServer.Held::succeed);
      assertThat(outcomes(3)).allSatisfy(outcome -> assertThat(outcome.sent()).isTrue());
      clock.advance(GAP);
      assertThat(server.next().request().getId()).isEqualTo("r5");
    }
  }

  @Test
  void a_servers_own_refusal_counts_as_sent() throws Exception {
    try (OpenLoopGenerator generator = generator(3)) {
      generator.start(null);
      clock.advance(GAP);
      server.next().fail(Status.RESOURCE_EXHAUSTED.withDescription("queue full"));
      Outcome refused = outcomes(1).getFirst();
      assertThat(refused.sent()).isTrue();
      assertThat(refused.status().getDescription()).isEqualTo("queue full");
    }
  }

  @Test
  void it_ends_by_itself_after_the_duration() throws Exception {
    try (OpenLoopGenerator generator = generator(1_000)) {
      server.answerAtOnce();
      generator.start(Duration.ofMillis(95));
      clock.advance(Duration.ofMillis(500));
      assertThat(generator.await(Duration.ofSeconds(10))).isZero();
      assertThat(outcomes(9)).extracting(Outcome::index).contains(0L, 8L);
      assertThat(outcomes).isEmpty();
    }
  }

  @Test
  void stop_waits_for_the_answers_still_due() throws Exception {
    try (OpenLoopGenerator generator = generator(1_000)) {
      generator.start(null);
      clock.advance(GAP);
      HeldServer.Held held = server.next();
      var missing = new LinkedBlockingQueue<Integer>();
      Thread stopping =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  missing.add(generator.stop(Duration.ofHours(1)));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThat(missing).isEmpty();
      held.succeed();
      stopping.join();
      assertThat(missing).containsExactly(0);
      assertThat(outcomes(1)).hasSize(1);
      clock.advance(Duration.ofSeconds(1));
      assertThat(server.waiting()).isZero();
    }
  }

  @Test
  void stop_says_how_many_answers_did_not_come_within_the_grace() throws Exception {
    try (OpenLoopGenerator generator = generator(1_000)) {
      generator.start(null);
      clock.advance(Duration.ofMillis(20));
      take(2);
      assertThat(generator.stop(Duration.ZERO)).isEqualTo(2);
    }
  }

  @Test
  void a_source_that_fails_ends_the_load_and_is_not_hidden() throws Exception {
    RequestSource broken =
        index -> {
          throw new IllegalStateException("no such tensor");
        };
    try (var generator =
        new OpenLoopGenerator(
            client, broken, new ArrivalSchedule(100, Kind.EVEN, 1), 10, clock, outcomes::add)) {
      generator.start(Duration.ofHours(1));
      assertThatThrownBy(() -> generator.await(Duration.ZERO)).hasMessage("no such tensor");
      assertThatThrownBy(() -> generator.stop(Duration.ZERO)).hasMessage("no such tensor");
    }
  }

  @Test
  void answers_say_which_version_served_them() throws Exception {
    try (OpenLoopGenerator generator = generator(10)) {
      generator.start(null);
      clock.advance(GAP);
      HeldServer.Held held = server.next();
      held.succeed();
      Outcome outcome = outcomes(1).getFirst();
      assertThat(outcome.variant()).isEqualTo("canary");
      assertThat(outcome.servedVersion()).isEqualTo("affine/2");
      assertThat(outcome.attempts()).isEqualTo(2);
      assertThat(outcome.response()).isNotNull();
    }
  }

  @Test
  void request_metadata_goes_with_each_request() throws Exception {
    var headers = new Metadata();
    headers.put(MeshMetadata.REQUEST_ID, "mine");
    try (var named =
            new InferenceClient(server.address(), 1, headers, Duration.ofSeconds(30), List.of());
        var generator =
            new OpenLoopGenerator(
                named,
                OpenLoopGeneratorTest::request,
                new ArrivalSchedule(100, Kind.EVEN, 1),
                10,
                clock,
                outcomes::add)) {
      generator.start(null);
      clock.advance(Duration.ofMillis(20));
      take(2);
      assertThat(server.requestHeaders())
          .hasSize(2)
          .allSatisfy(received -> {
            assertThat(received.get(MeshMetadata.REQUEST_ID)).isEqualTo("mine");
            assertThat(received.keys()).contains("grpc-timeout");
          });
    }
  }
}
