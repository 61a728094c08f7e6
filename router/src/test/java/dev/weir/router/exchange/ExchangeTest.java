package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.ConfidenceGate;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.FallbackTrigger;
import dev.weir.proto.route.v1.Hedge;
import dev.weir.proto.route.v1.RetryPolicy;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.balance.Worker;
import dev.weir.router.stored.RequestKey;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExchangeTest {
  private static final RetryConfig RETRY = ExchangeWorld.retry(2, 0.2, 10);
  private static final long MS = 1_000_000;

  private static Route hedged() {
    return Snapshots.single("fraud", "1").toBuilder()
        .setRetry(RetryPolicy.newBuilder().setHedge(Hedge.newBuilder().setAfterQuantile(0.9)))
        .build();
  }

  private static Attempt sent(NextStep step) {
    assertThat(step).isInstanceOf(NextStep.Send.class);
    return ((NextStep.Send) step).attempt();
  }

  private static void ended(NextStep step, StatusCode code) {
    assertThat(step).isInstanceOf(NextStep.End.class);
    assertThat(((NextStep.End) step).code()).isEqualTo(code);
  }

  private static NextStep fails(Exchange exchange, Attempt attempt, StatusCode code) {
    return exchange.attemptFailed(attempt, code, "no", true, false);
  }

  private static void answer(ExchangeWorld world, int times, long millis) {
    for (int i = 0; i < times; i++) {
      Exchange exchange = world.open();
      Attempt attempt = sent(exchange.begin());
      world.clock.advance(Duration.ofMillis(millis));
      exchange.attemptAnswered(attempt);
      exchange.ended(StatusCode.OK, "");
    }
  }

  @Test
  void a_try_that_no_worker_took_goes_to_another_worker_and_then_ends() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.single("fraud", "1"));
    world.worker("a", "1");
    world.worker("b", "1");
    Exchange exchange = world.open();
    Attempt first = sent(exchange.begin());
    Attempt second = sent(fails(exchange, first, StatusCode.UNAVAILABLE));

    assertThat(second.worker()).isNotSameAs(first.worker());
    ended(fails(exchange, second, StatusCode.UNAVAILABLE), StatusCode.UNAVAILABLE);
    assertThat(world.known(exchange).retries()).isEqualTo(1);
  }

  @Test
  void three_tries_go_to_three_workers_when_there_are_three_and_else_not_twice_in_a_row() {
    var world =
        new ExchangeWorld(1, ExchangeWorld.retry(3, 1, 100), Snapshots.single("fraud", "1"));
    world.worker("a", "1");
    world.worker("b", "1");
    Worker third = world.worker("c", "1");
    for (int i = 0; i < 20; i++) {
      Exchange exchange = world.open();
      Attempt first = sent(exchange.begin());
      Attempt second = sent(fails(exchange, first, StatusCode.CANCELLED));
      Attempt last = sent(fails(exchange, second, StatusCode.CANCELLED));
      assertThat(Set.of(first.worker(), second.worker(), last.worker())).hasSize(3);
      ended(fails(exchange, last, StatusCode.CANCELLED), StatusCode.UNAVAILABLE);
    }
    world.drain(third);
    Exchange exchange = world.open();
    Attempt first = sent(exchange.begin());
    Attempt second = sent(fails(exchange, first, StatusCode.CANCELLED));
    Attempt last = sent(fails(exchange, second, StatusCode.CANCELLED));
    assertThat(last.worker()).isSameAs(first.worker());
  }

  @Test
  void the_models_errors_and_what_was_answered_in_part_are_not_tried_again() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.single("fraud", "1"));
    world.worker("a", "1");
    world.worker("b", "1");
    for (StatusCode code : StatusCode.values()) {
      if (code != StatusCode.OK && code != StatusCode.UNAVAILABLE && code != StatusCode.CANCELLED) {
        Exchange exchange = world.open();
        ended(fails(exchange, sent(exchange.begin()), code), code);
      }
    }
    Exchange exchange = world.open();
    ended(
        exchange.attemptFailed(sent(exchange.begin()), StatusCode.UNAVAILABLE, "no", false, false),
        StatusCode.UNAVAILABLE);
  }

  @Test
  void nobody_is_asked_again_for_a_client_that_has_gone() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.single("fraud", "1"));
    world.worker("a", "1");
    world.worker("b", "1");
    Exchange exchange = world.open();
    Attempt first = sent(exchange.begin());
    exchange.ended(StatusCode.CANCELLED, "gone");
    ended(
        exchange.attemptFailed(first, StatusCode.CANCELLED, "gone", true, true),
        StatusCode.CANCELLED);
  }

  @Test
  void a_try_whose_own_time_is_over_goes_elsewhere_while_the_client_has_time_left() {
    Route route =
        Snapshots.single("fraud", "1").toBuilder()
            .setRetry(
                RetryPolicy.newBuilder()
                    .setPerTryTimeout(
                        com.google.protobuf.Duration.newBuilder().setNanos(300_000_000)))
            .build();
    var world = new ExchangeWorld(1, RETRY, route);
    world.worker("a", "1");
    world.worker("b", "1");
    Exchange exchange = world.open();
    assertThat(exchange.limit(500 * MS)).isEqualTo(500 * MS);
    Attempt first = sent(exchange.begin());
    assertThat(first.timeoutNanos()).isEqualTo(300 * MS);
    world.clock.advance(Duration.ofMillis(300));
    Attempt second = sent(fails(exchange, first, StatusCode.DEADLINE_EXCEEDED));
    assertThat(second.timeoutNanos()).as("what the client has left").isEqualTo(200 * MS);
    world.clock.advance(Duration.ofMillis(200));
    ended(fails(exchange, second, StatusCode.DEADLINE_EXCEEDED), StatusCode.DEADLINE_EXCEEDED);
  }

  @Test
  void retries_stop_when_the_budget_is_spent() {
    var world =
        new ExchangeWorld(1, ExchangeWorld.retry(2, 0.2, 0), Snapshots.single("fraud", "1"));
    for (String id : new String[] {"a", "b", "c", "d"}) {
      world.worker(id, "1");
    }
    int retries = 0;
    for (int i = 0; i < 1_000; i++) {
      Exchange exchange = world.open();
      NextStep next = fails(exchange, sent(exchange.begin()), StatusCode.UNAVAILABLE);
      if (next instanceof NextStep.Send(var attempt)) {
        retries++;
        fails(exchange, attempt, StatusCode.UNAVAILABLE);
      }
      exchange.ended(StatusCode.UNAVAILABLE, "");
    }
    assertThat(retries).isEqualTo(200);
    assertThat(world.known(world.open()).refusedByBudget()).isEqualTo(800);
  }

  @Test
  void a_worker_that_wants_no_retry_gets_none_and_one_that_wants_a_pause_gets_it() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.single("fraud", "1"));
    world.worker("a", "1");
    world.worker("b", "1");
    Exchange never = world.open();
    ended(
        never.attemptFailed(
            sent(never.begin()), StatusCode.UNAVAILABLE, "no", true, false, Pushback.NEVER),
        StatusCode.UNAVAILABLE);
    Exchange tooLong = world.open();
    ended(
        tooLong.attemptFailed(
            sent(tooLong.begin()), StatusCode.UNAVAILABLE, "no", true, false, 1_001),
        StatusCode.UNAVAILABLE);
    Exchange paused = world.open();
    Attempt first = sent(paused.begin());
    assertThat(paused.attemptFailed(first, StatusCode.UNAVAILABLE, "no", true, false, 40))
        .isEqualTo(new NextStep.Pause(40 * MS));
    world.clock.advance(Duration.ofMillis(40));
    assertThat(sent(paused.resume()).worker()).isNotSameAs(first.worker());
    assertThat(paused.resume()).isSameAs(NextStep.WAIT);
  }

  @Test
  void a_client_is_told_when_to_come_back_when_nobody_can_answer() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.single("fraud", "1"));
    Exchange exchange = world.open();
    ended(exchange.begin(), StatusCode.UNAVAILABLE);
    assertThat(exchange.clientPushbackMillis()).isEqualTo(250);

    world.worker("a", "1");
    Exchange failed = world.open();
    ended(fails(failed, sent(failed.begin()), StatusCode.UNAVAILABLE), StatusCode.UNAVAILABLE);
    assertThat(failed.clientPushbackMillis()).as("the worker's word").isEqualTo(-1);
  }

  @Test
  void when_all_workers_are_full_the_request_is_refused_at_once() {
    var world = new ExchangeWorld(1, RETRY, 2, Snapshots.single("fraud", "1"));
    world.worker("a", "1");
    sent(world.open().begin());
    sent(world.open().begin());
    Exchange exchange = world.open();
    ended(exchange.begin(), StatusCode.RESOURCE_EXHAUSTED);
    assertThat(exchange.clientPushbackMillis()).isEqualTo(250);
    assertThat(world.workers.full()).isEqualTo(1);
  }

  @Test
  void after_all_tries_of_a_canary_the_baseline_answers_and_the_canary_is_charged() {
    var world =
        new ExchangeWorld(
            1, ExchangeWorld.retry(2, 0, 10), Snapshots.canary("fraud", 10_000).build());
    world.worker("a", "1", "2");
    world.worker("b", "1", "2");
    Exchange exchange = world.open();
    Attempt first = sent(exchange.begin());
    Attempt second = sent(fails(exchange, first, StatusCode.UNAVAILABLE));
    assertThat(second.decision().variant().name()).isEqualTo("canary");
    Attempt third = sent(fails(exchange, second, StatusCode.UNAVAILABLE));
    assertThat(third.decision().variant().name()).isEqualTo("baseline");
    assertThat(third.number()).isEqualTo(3);
    exchange.attemptAnswered(third);
    exchange.ended(StatusCode.OK, "");

    assertThat(world.cells())
        .anySatisfy(cell -> {
          assertThat(cell.getKey().getArm()).isEqualTo(Arm.ARM_CANARY);
          assertThat(cell.getErrorsOrDefault(StatusCode.UNAVAILABLE.number(), 0)).isEqualTo(1);
        })
        .anySatisfy(cell -> {
          assertThat(cell.getKey().getArm()).isEqualTo(Arm.ARM_UNSPECIFIED);
          assertThat(cell.getLatencyCountsCount()).isEqualTo(1);
        })
        .hasSize(2);
  }

  @Test
  void when_the_baseline_has_no_worker_either_the_failure_is_the_canarys_alone() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.canary("fraud", 10_000).build());
    Exchange exchange = world.open();
    NextStep.End end = (NextStep.End) exchange.begin();
    exchange.ended(end.code(), end.message());
    assertThat(exchange.decision().variant().name()).isEqualTo("canary");
    assertThat(world.cells())
        .singleElement()
        .satisfies(cell -> assertThat(cell.getKey().getArm()).isEqualTo(Arm.ARM_CANARY));
  }

  @Test
  void a_ladders_variants_answer_in_their_order_and_those_without_workers_are_passed_over() {
    Route route =
        Snapshots.canary("fraud", 10_000)
            .addVariants(Snapshots.variant("old", "fraud", "3", 0, Arm.ARM_UNSPECIFIED))
            .setFallback(
                Fallback.newBuilder()
                    .addRungs(FallbackRung.newBuilder().setVariant("baseline"))
                    .addRungs(
                        FallbackRung.newBuilder()
                            .addOn(FallbackTrigger.ON_ERROR)
                            .addOn(FallbackTrigger.ON_UNAVAILABLE)
                            .setVariant("old")))
            .build();
    var world = new ExchangeWorld(1, RETRY, route);
    world.worker("a", "2", "3");
    Exchange exchange = world.open();
    Attempt canary = sent(exchange.begin());
    Attempt old = sent(fails(exchange, canary, StatusCode.UNAVAILABLE));
    assertThat(old.decision().variant().name()).isEqualTo("old");
    ended(fails(exchange, old, StatusCode.UNAVAILABLE), StatusCode.UNAVAILABLE);

    Exchange erring = world.open();
    Attempt errs = sent(erring.begin());
    assertThat(sent(fails(erring, errs, StatusCode.INTERNAL)).decision().variant().name())
        .as("an error leads to the second rung only")
        .isEqualTo("old");
  }

  @Test
  void a_canarys_own_errors_are_its_answer() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.canary("fraud", 10_000).build());
    world.worker("a", "1", "2");
    world.worker("b", "1", "2");
    Exchange exchange = world.open();
    ended(fails(exchange, sent(exchange.begin()), StatusCode.INTERNAL), StatusCode.INTERNAL);
  }

  @Test
  void a_hedge_waits_for_the_quantile_of_what_was_observed() {
    var world = new ExchangeWorld(1, RETRY, hedged());
    world.worker("a", "1");
    world.worker("b", "1");
    assertThat(world.open().hedgeDelayNanos()).as("nothing is known yet").isEqualTo(-1);
    answer(world, 95, 10);
    answer(world, 5, 200);
    world.clock.advance(Duration.ofSeconds(1));
    assertThat(world.open().hedgeDelayNanos()).isBetween(10 * MS, 11 * MS);
  }

  @Test
  void a_hedge_goes_to_another_worker_and_the_first_answer_counts() {
    var world = new ExchangeWorld(1, RETRY, hedged());
    world.worker("a", "1");
    world.worker("b", "1");
    answer(world, 100, 10);
    Exchange exchange = world.open();
    Attempt first = sent(exchange.begin());
    world.clock.advance(Duration.ofMillis(20));
    Attempt hedge = Objects.requireNonNull(exchange.hedge());
    assertThat(hedge.isHedge()).isTrue();
    assertThat(hedge.worker()).isNotSameAs(first.worker());
    assertThat(exchange.hedge()).as("two at most").isNull();

    world.clock.advance(Duration.ofMillis(5));
    exchange.attemptAnswered(hedge);
    exchange.attemptAbandoned(first);
    exchange.ended(StatusCode.OK, "");
    assertThat(first.worker().inFlight()).isZero();
    assertThat(hedge.worker().inFlight()).isZero();
    assertThat(world.known(exchange).hedges()).isEqualTo(1);
    assertThat(world.known(exchange).hedgesWon()).isEqualTo(1);
  }

  @Test
  void the_failure_of_one_of_two_is_no_end() {
    var world = new ExchangeWorld(1, RETRY, hedged());
    world.worker("a", "1");
    world.worker("b", "1");
    Exchange exchange = world.open();
    Attempt first = sent(exchange.begin());
    Attempt hedge = Objects.requireNonNull(exchange.hedge());
    assertThat(fails(exchange, first, StatusCode.INTERNAL)).isSameAs(NextStep.WAIT);
    ended(fails(exchange, hedge, StatusCode.UNAVAILABLE), StatusCode.INTERNAL);
  }

  @Test
  void without_a_rule_another_worker_or_budget_nothing_is_hedged() {
    var plain = new ExchangeWorld(1, RETRY, Snapshots.single("fraud", "1"));
    plain.worker("a", "1");
    plain.worker("b", "1");
    Exchange unruled = plain.open();
    sent(unruled.begin());
    assertThat(unruled.hedge()).isNull();

    var lonely = new ExchangeWorld(1, RETRY, hedged());
    Worker only = lonely.worker("a", "1");
    Exchange alone = lonely.open();
    sent(alone.begin());
    assertThat(alone.hedge()).isNull();

    var broke = new ExchangeWorld(1, ExchangeWorld.retry(2, 0, 0), hedged());
    broke.worker("a", "1");
    Worker other = broke.worker("b", "1");
    Exchange poor = broke.open();
    sent(poor.begin());
    assertThat(poor.hedge()).isNull();
    assertThat(only.inFlight() + other.inFlight()).as("no lease is left behind").isLessThan(3);
    assertThat(broke.workers.workers().stream().mapToInt(Worker::inFlight).sum()).isEqualTo(1);
  }

  @Test
  void workers_hear_the_assignment_that_the_contract_describes() {
    var world = new ExchangeWorld(1, RETRY, Snapshots.canary("fraud", 5_000).build());
    world.worker("a", "1", "2");
    Set<Arm> arms = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      Exchange exchange = world.open();
      Attempt attempt = sent(exchange.begin());
      arms.add(AssignmentBytesTest.parse(attempt.assignment()).getArm());
      exchange.attemptAnswered(attempt);
      exchange.ended(StatusCode.OK, "");
    }
    assertThat(arms).containsExactlyInAnyOrder(Arm.ARM_BASELINE, Arm.ARM_CANARY);
    assertThat(world.cells().stream().mapToLong(OutcomeCell::getStarted).sum()).isEqualTo(50);
  }

  private static Route guarded(FallbackRung.Builder... rungs) {
    Fallback.Builder ladder = Fallback.newBuilder();
    for (FallbackRung.Builder rung : rungs) {
      ladder.addRungs(rung);
    }
    if (ladder.getRungsList().stream()
        .anyMatch(r -> r.getOnList().contains(FallbackTrigger.ON_LOW_CONFIDENCE))) {
      ladder
          .getConfidenceBuilder()
          .setOutput("p")
          .setStatistic(ConfidenceGate.Statistic.LARGEST)
          .setThreshold(0.9);
    }
    return Snapshots.canary("fraud", 10_000).setFallback(ladder).build();
  }

  private static FallbackRung.Builder on(FallbackTrigger trigger) {
    return FallbackRung.newBuilder().addOn(trigger);
  }

  private static long errors(List<OutcomeCell> cells) {
    return cells.stream()
        .flatMap(c -> c.getErrorsMap().values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  @Test
  void an_unsure_canary_has_answered_well_and_the_baselines_answer_is_no_unit() {
    var world =
        new ExchangeWorld(
            1, RETRY, guarded(on(FallbackTrigger.ON_LOW_CONFIDENCE).setVariant("baseline")));
    world.worker("a", "1", "2");
    Exchange exchange = world.open();
    Attempt canary = sent(exchange.begin());
    assertThat(exchange.gate()).isNotNull();

    Attempt baseline = sent(exchange.attemptUnsure(canary));
    assertThat(exchange.gate()).as("no rung is left").isNull();
    exchange.attemptAnswered(baseline);
    exchange.ended(StatusCode.OK, "");

    List<OutcomeCell> cells = world.cells();
    assertThat(errors(cells)).isZero();
    assertThat(cells)
        .extracting(c -> c.getKey().getVersion(), c -> c.getKey().getArm(), OutcomeCell::getStarted)
        .containsExactlyInAnyOrder(
            tuple("2", Arm.ARM_CANARY, 1L), tuple("1", Arm.ARM_UNSPECIFIED, 1L));
  }

  @Test
  void when_nothing_better_comes_the_unsure_answer_counts_for_the_version_that_gave_it() {
    var world =
        new ExchangeWorld(
            1, RETRY, guarded(on(FallbackTrigger.ON_LOW_CONFIDENCE).setVariant("baseline")));
    world.worker("a", "1", "2");
    Exchange exchange = world.open();
    Attempt canary = sent(exchange.begin());
    Attempt baseline = sent(exchange.attemptUnsure(canary));
    ended(fails(exchange, baseline, StatusCode.INTERNAL), StatusCode.INTERNAL);
    exchange.settleFor(canary, StatusCode.INTERNAL);
    exchange.ended(StatusCode.OK, "");

    assertThat(exchange.decision().variant().served().version()).isEqualTo("2");
    assertThat(exchange.insteadOf()).isEqualTo(Instead.UNSURE);
    assertThat(world.known(exchange).ended(StatusCode.OK)).isEqualTo(1);
    List<OutcomeCell> cells = world.cells();
    assertThat(cells)
        .filteredOn(c -> c.getErrorsCount() > 0)
        .extracting(c -> c.getKey().getVersion())
        .containsExactly("1");
  }

  @Test
  void a_canary_that_fails_is_charged_though_the_client_gets_the_configured_answer() {
    var world =
        new ExchangeWorld(
            1,
            RETRY,
            guarded(
                on(FallbackTrigger.ON_ERROR).setFixed(ModelInferResponse.getDefaultInstance())));
    world.worker("a", "2");
    Exchange exchange = world.open();

    NextStep step = fails(exchange, sent(exchange.begin()), StatusCode.INTERNAL);

    assertThat(step).isInstanceOf(NextStep.Give.class);
    exchange.ended(StatusCode.OK, "");
    List<OutcomeCell> cells = world.cells();
    assertThat(cells).hasSize(1);
    assertThat(cells.getFirst().getKey().getArm()).isEqualTo(Arm.ARM_CANARY);
    assertThat(errors(cells)).isEqualTo(1);
  }

  @Test
  void a_kept_answer_that_is_not_there_leads_to_the_next_rung_for_the_same_reason() {
    FallbackRung.Builder cached = on(FallbackTrigger.ON_ERROR);
    cached.getCachedBuilder();
    var world =
        new ExchangeWorld(
            1, RETRY, guarded(cached, on(FallbackTrigger.ON_ERROR).setVariant("baseline")));
    world.worker("a", "1", "2");
    Exchange exchange = world.open();
    exchange.requestIs(new RequestKey(1, 2, 3, 4));

    Attempt baseline = sent(fails(exchange, sent(exchange.begin()), StatusCode.INTERNAL));
    assertThat(baseline.decision().variant().name()).isEqualTo("baseline");
    assertThat(exchange.wantsAnswer()).as("the ladder's answers are not kept").isFalse();

    Exchange next = world.open();
    next.requestIs(new RequestKey(1, 2, 3, 4));
    Attempt good = sent(next.begin());
    assertThat(next.wantsAnswer()).isTrue();
    next.answerIs(new byte[] {1});
    next.attemptAnswered(good);
    next.ended(StatusCode.OK, "");
    Exchange last = world.open();
    last.requestIs(new RequestKey(1, 2, 3, 4));
    NextStep step = fails(last, sent(last.begin()), StatusCode.INTERNAL);
    assertThat(((NextStep.Give) step).answer().message()).containsExactly(1);
    assertThat(last.insteadOf()).isEqualTo(Instead.CACHED);
  }
}
