package dev.weir.router.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.outcome.LatencyScale;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.StickyKey;
import dev.weir.router.Snapshots;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutcomeLedgerTest {
  private static final Duration SLICE = Duration.ofMillis(250);

  private final TestClock clock = new TestClock();
  private final List<OutcomeSlice> closed = new ArrayList<>();
  private final OutcomeLedger ledger = ledger(100);
  private final RandomGenerator random = Randomness.seeded(5);
  private final RoutingTable table = table(Snapshots.canary("fraud", 5_000).build());
  private final RoutingTable stickyTable =
      table(
          Snapshots.canary("fraud", 5_000)
              .setSticky(StickyKey.newBuilder().setHeader("user"))
              .addBuckets(Snapshots.buckets(0, 5_000, "canary"))
              .addBuckets(Snapshots.buckets(5_000, 10_000, "baseline"))
              .build());

  private OutcomeLedger ledger(int maxStickyUnits) {
    return new OutcomeLedger(
        new OutcomeConfig(SLICE, Duration.ofSeconds(2), 100, maxStickyUnits), clock, closed::add);
  }

  private static RoutingTable table(Route route) {
    return RoutingTable.compile(Snapshots.of(1, route));
  }

  private record Facts(String model, @Nullable String user) implements RequestFacts {
    @Override
    public String version() {
      return "";
    }

    @Override
    public @Nullable String header(String name) {
      return user;
    }

    @Override
    public @Nullable KeyValue parameter(String name) {
      return null;
    }
  }

  private Decision.Routed draw(Arm wanted) {
    while (true) {
      var decision = (Decision.Routed) table.decide(new Facts("fraud", null), random);
      if (decision.cohort().arm() == wanted) {
        return decision;
      }
    }
  }

  private Decision.Routed of(String user) {
    return (Decision.Routed) stickyTable.decide(new Facts("fraud", user), random);
  }

  private void pass(Duration time) {
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(SLICE)) {
      clock.advance(SLICE);
      ledger.tick();
      assertAddsUp();
    }
  }

  /** Each cell's ledger: started = errors + latencies + unfinished. */
  private void assertAddsUp() {
    for (OutcomeSlice slice : closed) {
      for (OutcomeCell cell : slice.getCellsList()) {
        long errors = cell.getErrorsMap().values().stream().mapToLong(Long::longValue).sum();
        long ok = cell.getLatencyCountsList().stream().mapToLong(Long::longValue).sum();
        assertThat(errors + ok + cell.getUnfinished()).isEqualTo(cell.getStarted());
        if (cell.getUnitsCount() > 0) {
          assertThat(cell.getStarted()).isEqualTo(cell.getUnitsCount());
        }
      }
    }
  }

  private OutcomeCell only() {
    assertThat(closed).hasSize(1);
    assertThat(closed.getFirst().getCellsCount()).isEqualTo(1);
    return closed.getFirst().getCells(0);
  }

  @Test
  void a_slice_whose_requests_ended_is_handed_over_at_its_end() {
    Ticket ticket = ledger.start(draw(Arm.ARM_CANARY));
    ticket.finish(StatusCode.OK, 3_000_000, null);
    pass(SLICE);

    OutcomeCell cell = only();
    assertThat(cell.getKey().getArm()).isEqualTo(Arm.ARM_CANARY);
    assertThat(cell.getKey().getCanaryProbability()).isEqualTo(0.5);
    assertThat(cell.getKey().getVersion()).isEqualTo("2");
    assertThat(cell.getLatencyBucketsList()).containsExactly(LatencyScale.bucketOf(3_000_000));
    assertThat(closed.getFirst().getSequence()).isEqualTo(1);
    assertThat(closed.getFirst().getLengthMillis()).isEqualTo(250);
  }

  @Test
  void a_slice_waits_for_its_requests_and_newer_ones_do_not_wait_for_it() {
    Ticket slow = ledger.start(draw(Arm.ARM_BASELINE));
    pass(SLICE);
    ledger.start(draw(Arm.ARM_CANARY)).finish(StatusCode.UNAVAILABLE, 1, null);
    pass(SLICE);
    assertThat(only().getErrorsMap()).containsEntry(14, 1L);

    slow.finish(StatusCode.OK, 600_000_000, null);
    pass(SLICE);
    assertThat(closed).hasSize(2);
    assertThat(closed).extracting(OutcomeSlice::getSequence).containsExactly(1L, 2L);
    assertThat(closed.get(0).getStart().getNanos())
        .as("the slice that closed first started later")
        .isGreaterThan(closed.get(1).getStart().getNanos());
  }

  @Test
  void after_the_observation_window_the_rest_is_unfinished() {
    Ticket slow = ledger.start(draw(Arm.ARM_CANARY));
    ledger.start(draw(Arm.ARM_CANARY)).finish(StatusCode.OK, 1, null);
    pass(Duration.ofSeconds(2));
    assertThat(closed).isEmpty();
    pass(SLICE);

    assertThat(only().getStarted()).isEqualTo(2);
    assertThat(only().getUnfinished()).isEqualTo(1);
    slow.finish(StatusCode.OK, 3_000_000_000L, null);
    assertThat(ledger.late()).isEqualTo(1);
    assertAddsUp();
  }

  @Test
  void slices_without_requests_are_not_reported() {
    pass(Duration.ofSeconds(5));
    assertThat(closed).isEmpty();
  }

  @Test
  void exemplars_are_errors_first_then_the_slowest() {
    Decision.Routed canary = draw(Arm.ARM_CANARY);
    for (int i = 1; i <= 10; i++) {
      ledger.start(canary).finish(StatusCode.OK, i, "ok-" + i);
    }
    ledger.start(canary).finish(StatusCode.INTERNAL, 1, "error");
    ledger.start(canary).finish(StatusCode.OK, 5, null);
    pass(SLICE);

    assertThat(only().getExemplarTraceIdsList()).hasSize(4).startsWith("error");
  }

  @Test
  void a_sticky_unit_counts_once_in_its_rollout() {
    Decision.Routed ann = of("ann");
    ledger.start(ann).finish(StatusCode.OK, 1_000, null);
    ledger.start(ann).finish(StatusCode.INTERNAL, 1_000, null);
    pass(SLICE);
    ledger.start(ann).finish(StatusCode.INTERNAL, 1_000, null);
    pass(SLICE);

    List<OutcomeCell> cells = closed.stream().flatMap(s -> s.getCellsList().stream()).toList();
    List<OutcomeCell> units = cells.stream().filter(c -> c.getUnitsCount() > 0).toList();
    assertThat(units).hasSize(1);
    assertThat(units.getFirst().getUnits(0).getUnit()).isEqualTo(ann.unit());
    assertThat(units.getFirst().getUnits(0).getStatus()).isZero();
    assertThat(cells.stream().filter(c -> c.getKey().getArm() == Arm.ARM_UNSPECIFIED))
        .as("the others are counted, as no units")
        .hasSize(2);
  }

  @Test
  void a_new_rollout_counts_the_same_keys_again() {
    ledger.start(of("ann")).finish(StatusCode.OK, 1, null);
    ledger.keepOnly(Set.of(new OutcomeLedger.RunningExperiment("fraud", "rollout-2")));
    ledger.start(of("ann")).finish(StatusCode.OK, 1, null);
    pass(SLICE);

    assertThat(only().getUnitsCount()).isEqualTo(2);
  }

  @Test
  void too_many_keys_are_counted_and_are_no_units() {
    OutcomeLedger small = ledger(3);
    for (int user = 0; user < 10; user++) {
      small.start(of("user-" + user)).finish(StatusCode.OK, 1, null);
    }
    small.tick();

    long units =
        closed.getFirst().getCellsList().stream().mapToLong(OutcomeCell::getUnitsCount).sum();
    assertThat(units).isEqualTo(3);
    assertThat(small.stickyUnitsWithoutRoom()).isEqualTo(7);
    assertAddsUp();
  }

  @Test
  void an_unfinished_sticky_unit_says_so() {
    ledger.start(of("ann"));
    pass(Duration.ofMillis(2_250));

    assertThat(only().getUnits(0).getUnfinished()).isTrue();
    assertThat(only().getUnfinished()).isEqualTo(1);
  }

  @Test
  void nothing_is_lost_or_counted_twice_when_threads_meet() throws InterruptedException {
    int threads = 4;
    int perThread = 50_000;
    var start = new CountDownLatch(1);
    var done = new AtomicBoolean();
    Decision.Routed[] decisions = {draw(Arm.ARM_CANARY), draw(Arm.ARM_BASELINE)};
    List<Thread> workers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      workers.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                for (int i = 0; i < perThread; i++) {
                  StatusCode code = i % 7 == 0 ? StatusCode.INTERNAL : StatusCode.OK;
                  ledger.start(decisions[i & 1]).finish(code, i, null);
                }
              }));
    }
    Thread ticker =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                ledger.tick();
              }
            });
    start.countDown();
    for (Thread worker : workers) {
      worker.join();
    }
    done.set(true);
    ticker.join();
    pass(SLICE);

    long started =
        closed.stream()
            .flatMap(s -> s.getCellsList().stream())
            .mapToLong(OutcomeCell::getStarted)
            .sum();
    assertThat(started).isEqualTo((long) threads * perThread);
    assertThat(closed.getLast().getSequence()).isEqualTo(closed.size());
    assertAddsUp();
  }
}
