package dev.weir.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.router.balance.FleetSimulation.Machine;
import dev.weir.router.balance.Lease.Impression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What balancing gives a simulated fleet. */
class BalancingTest {
  private static final EjectionConfig NO_EJECTION = Ejecting.after(1_000);

  /**
   * Three workers of 10 ms with 8 slots each, at 40 % of what they can do, and one of 100 ms with
   * slots enough, so that it is slow but never queues.
   */
  private static FleetSimulation oneSlowOfFour(long seed, BalancePolicy policy) {
    var fleet = new FleetSimulation(seed, Balancing.by(policy), NO_EJECTION);
    fleet.machine(64, 100_000).ready();
    for (int i = 0; i < 3; i++) {
      fleet.machine(8, 10_000).ready();
    }
    fleet.run(Duration.ofSeconds(5), 960);
    fleet.measureFromNow();
    fleet.run(Duration.ofSeconds(20), 960);
    return fleet;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void with_one_slow_worker_of_four_the_p99_is_a_fifth_of_round_robins_at_most(long seed) {
    double leastCost = oneSlowOfFour(seed, BalancePolicy.LEAST_COST).percentileMillis(0.99);
    double roundRobin = oneSlowOfFour(seed, BalancePolicy.ROUND_ROBIN).percentileMillis(0.99);

    assertThat(leastCost).isLessThan(0.2 * roundRobin);
    assertThat(leastCost).as("as if the slow one were not there").isLessThan(25);
  }

  @Test
  void the_same_seed_gives_the_same_run() {
    assertThat(oneSlowOfFour(7, BalancePolicy.LEAST_COST).percentileMillis(0.9))
        .isEqualTo(oneSlowOfFour(7, BalancePolicy.LEAST_COST).percentileMillis(0.9));
  }

  @Test
  void equal_workers_share_equally() {
    var fleet = new FleetSimulation(1, Balancing.by(BalancePolicy.LEAST_COST), NO_EJECTION);
    List<Machine> machines = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      machines.add(fleet.machine(8, 10_000));
      machines.getLast().ready();
    }
    fleet.run(Duration.ofSeconds(30), 1_200);

    int all = machines.stream().mapToInt(Machine::taken).sum();
    assertThat(machines).allSatisfy(m -> assertThat(4.0 * m.taken() / all).isBetween(0.85, 1.15));
  }

  @Test
  void a_worker_that_has_become_fast_again_gets_its_share_back() {
    var fleet = new FleetSimulation(1, Balancing.by(BalancePolicy.LEAST_COST), NO_EJECTION);
    Machine slow = fleet.machine(8, 200_000);
    slow.ready();
    for (int i = 0; i < 3; i++) {
      fleet.machine(8, 10_000).ready();
    }
    fleet.run(Duration.ofSeconds(20), 960);
    slow.serves(FleetSimulation.about(10_000));
    fleet.run(Duration.ofMinutes(5), 960);
    fleet.measureFromNow();
    fleet.run(Duration.ofSeconds(20), 960);

    assertThat(slow.taken() / (20 * 960.0)).isBetween(0.2, 0.3);
  }

  @Test
  void a_failing_worker_is_not_the_most_attractive_one_because_it_fails_quickly() {
    var fleet = new FleetSimulation(1, Balancing.by(BalancePolicy.LEAST_COST), NO_EJECTION);
    Machine failing = fleet.machine(8, 100);
    failing.endsAll(Impression.FAILED);
    failing.ready();
    for (int i = 0; i < 3; i++) {
      fleet.machine(8, 10_000).ready();
    }
    fleet.run(Duration.ofSeconds(20), 960);

    assertThat(failing.taken()).isLessThan(20 * 960 / 100);
  }

  @Test
  void a_worker_that_reports_to_be_busy_gets_less() {
    var fleet = new FleetSimulation(1, Balancing.by(BalancePolicy.LEAST_COST), NO_EJECTION);
    List<Machine> machines = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      machines.add(fleet.machine(64, 10_000));
      machines.getLast().ready();
    }
    for (int i = 0; i < 200; i++) {
      machines.get(0).worker.load().report(0.9, fleet.nowNanos());
      machines.get(1).worker.load().report(0.1, fleet.nowNanos());
      fleet.run(Duration.ofMillis(100), 2_000);
    }

    assertThat(machines.get(0).taken()).isLessThan((int) (0.75 * machines.get(1).taken()));
  }

  @Test
  void a_newly_ready_workers_share_grows_with_the_slow_start() {
    BalanceConfig slowly =
        Balancing.with(BalancePolicy.LEAST_COST, Duration.ofSeconds(20), 0, 1_024);
    var fleet = new FleetSimulation(1, slowly, NO_EJECTION);
    for (int i = 0; i < 3; i++) {
      fleet.machine(64, 10_000).ready();
    }
    fleet.run(Duration.ofSeconds(30), 400);
    Machine fresh = fleet.machine(64, 10_000);
    fresh.ready();
    double[] shares = new double[6];
    for (int i = 0; i < shares.length; i++) {
      fleet.measureFromNow();
      fleet.run(Duration.ofSeconds(5), 400);
      shares[i] = fresh.taken() / (5 * 400.0);
    }

    assertThat(shares[0]).isLessThan(0.12);
    assertThat(shares[1]).isBetween(shares[0], 0.22);
    assertThat(shares[3]).isGreaterThan(shares[1]);
    assertThat(shares[5]).isBetween(0.2, 0.35);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 2_000})
  void the_new_one_of_two_starts_slowly_too_whatever_the_load(int perSecond) {
    BalanceConfig slowly =
        Balancing.with(BalancePolicy.LEAST_COST, Duration.ofSeconds(100), 0, 1_024);
    var fleet = new FleetSimulation(1, slowly, NO_EJECTION);
    fleet.machine(64, 10_000).ready();
    fleet.run(Duration.ofSeconds(100), 1);
    Machine fresh = fleet.machine(64, 10_000);
    fresh.ready();
    fleet.run(Duration.ofSeconds(10), perSecond);

    assertThat(fresh.taken() / (10.0 * perSecond)).isBetween(0.03, 0.2);
  }

  @Test
  void those_that_are_out_get_nothing_when_the_others_are_full() {
    BalanceConfig bounded = Balancing.with(BalancePolicy.LEAST_COST, Duration.ZERO, 0, 2);
    var fleet = new FleetSimulation(1, bounded, Ejecting.with(1, 0.5, 1.0, 1_000));
    Machine bad = fleet.machine(1, 1_000);
    bad.endsAll(Impression.FAILED);
    bad.ready();
    fleet.machine(1, 500_000).ready();
    while (fleet.workers().ejectionsEnforced(EjectionReason.FAILURES) == 0) {
      fleet.run(Duration.ofMillis(2), 1_000);
    }
    fleet.pause(Duration.ofMillis(50));
    fleet.measureFromNow();
    for (int i = 0; i < 10; i++) {
      fleet.request();
    }
    assertThat(bad.taken()).isZero();
  }

  @Test
  void workers_that_are_all_new_are_balanced_as_usual() {
    BalanceConfig slowly =
        Balancing.with(BalancePolicy.LEAST_COST, Duration.ofSeconds(100), 0, 1_024);
    var fleet = new FleetSimulation(1, slowly, NO_EJECTION);
    Machine one = fleet.machine(64, 10_000);
    Machine other = fleet.machine(64, 10_000);
    one.ready();
    fleet.pause(Duration.ofMillis(100));
    other.ready();
    for (int i = 0; i < 40; i++) {
      fleet.request();
    }
    assertThat(one.worker.inFlight()).isEqualTo(20);
    assertThat(other.worker.inFlight()).isEqualTo(20);
  }

  @Test
  void a_full_worker_is_not_picked_and_when_all_are_full_nobody_is() {
    BalanceConfig bounded = Balancing.with(BalancePolicy.LEAST_COST, Duration.ZERO, 0, 3);
    var fleet = new FleetSimulation(1, bounded, NO_EJECTION);
    Machine one = fleet.machine(1, 10_000);
    Machine other = fleet.machine(1, 10_000);
    one.ready();
    other.ready();
    for (int i = 0; i < 10; i++) {
      fleet.request();
    }

    assertThat(one.worker.inFlight()).isEqualTo(3);
    assertThat(other.worker.inFlight()).isEqualTo(3);
    assertThat(fleet.refused()).isEqualTo(4);
    assertThat(fleet.workers().isFull(FleetSimulation.VERSION)).isTrue();
    assertThat(fleet.workers().full()).isEqualTo(1);
    fleet.pause(Duration.ofMinutes(1));
    assertThat(one.worker.inFlight()).isZero();
    assertThat(fleet.workers().isFull(FleetSimulation.VERSION)).isFalse();
  }

  @Test
  void each_router_uses_its_own_part_of_a_large_fleet_and_together_they_use_all() {
    Set<String> usedByAny = new TreeSet<>();
    int[] uses = new int[40];
    for (int router = 0; router < 100; router++) {
      Set<String> used = subset("router-" + router, 40, 8);
      assertThat(used).hasSize(8).isEqualTo(subset("router-" + router, 40, 8));
      used.forEach(id -> uses[Integer.parseInt(id)]++);
      usedByAny.addAll(used);
      Set<String> withOneMore = subset("router-" + router, 41, 8);
      withOneMore.removeAll(used);
      assertThat(withOneMore).as("one that comes takes one place at most").hasSizeLessThan(2);
    }
    assertThat(usedByAny).hasSize(40);
    assertThat(java.util.Arrays.stream(uses).boxed())
        .as("20 on average")
        .allMatch(n -> n >= 6 && n <= 38);
  }

  private static Set<String> subset(String router, int fleet, int size) {
    List<Replica> replicas = new ArrayList<>();
    for (int i = 0; i < fleet; i++) {
      replicas.add(
          new Replica(
              new Worker(String.valueOf(i), new HostAndPort("127.0.0.1", i + 1), nowhere()),
              FleetSimulation.VERSION,
              0));
    }
    Set<String> ids = new TreeSet<>();
    Subset.of(replicas, router, size).forEach(r -> ids.add(r.worker().id()));
    return ids;
  }

  private static Upstream nowhere() {
    return new Upstream() {
      @Override
      public void wakeUp() {}

      @Override
      public void close() {}
    };
  }

  /** Random outcomes on a random fleet: what is out never exceeds the share, nor is it all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void no_more_than_the_share_is_ever_ejected(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    var clock = new TestClock();
    double share = random.nextDouble();
    int size = 2 + random.nextInt(12);
    EjectionConfig config = Ejecting.with(1 + random.nextInt(5), share, 0.2, 3);
    var set =
        new WorkerSet(
            address -> nowhere(),
            Balancing.by(BalancePolicy.LEAST_COST),
            config,
            "router-1",
            clock);
    List<Worker> all = new ArrayList<>();
    double[] badness = new double[size];
    for (int i = 0; i < size; i++) {
      all.add(set.add("w" + i, new HostAndPort("127.0.0.1", i + 1)));
      set.update(all.get(i), new WorkerHealth.Ready(Set.of(FleetSimulation.VERSION)));
      badness[i] = random.nextInt(3) == 0 ? 1 : random.nextDouble();
    }
    long most = 0;
    for (int step = 0; step < 20_000; step++) {
      clock.advance(Duration.ofMillis(random.nextInt(20)));
      Lease lease =
          Objects.requireNonNull(
              set.lease(FleetSimulation.VERSION, null, null, clock.nanoTime(), random));
      int index = all.indexOf(lease.worker());
      boolean bad = random.nextDouble() < badness[index];
      Impression impression =
          !bad
              ? Impression.ANSWERED
              : switch (random.nextInt(4)) {
                case 0 -> Impression.ERRED;
                case 1 -> Impression.NONE;
                default -> Impression.FAILED;
              };
      lease.end(impression, random.nextLong(bad ? 1_000_000_000L : 10_000_000L), clock.nanoTime());
      long out = all.stream().filter(w -> !isIn(w)).count();
      assertThat(out).isLessThanOrEqualTo((long) (share * size)).isLessThan(size);
      most = Math.max(most, out);
    }
    for (Worker worker : all) {
      assertThat(worker.inFlight()).isZero();
    }
    assertThat(most).as("the share was used").isEqualTo(Math.min((long) (share * size), size - 1));
  }

  private static boolean isIn(Worker worker) {
    return worker.replica(FleetSimulation.VERSION, 0).isIn();
  }

  @Test
  void a_worker_whose_answers_are_errors_is_ejected_when_its_peers_answer_well() {
    var fleet =
        new FleetSimulation(
            1, Balancing.by(BalancePolicy.LEAST_COST), Ejecting.with(1_000, 0.5, 0.2, 1_000));
    Machine broken = fleet.machine(8, 10_000);
    broken.endsAll(Impression.ERRED);
    broken.ready();
    for (int i = 0; i < 3; i++) {
      fleet.machine(8, 10_000).ready();
    }
    fleet.run(Duration.ofSeconds(10), 400);
    assertThat(fleet.workers().ejectionsEnforced(EjectionReason.ERROR_RATE)).isEqualTo(1);
    fleet.measureFromNow();
    fleet.run(Duration.ofSeconds(60), 400);
    assertThat(broken.taken()).as("probes only").isLessThan(10);

    broken.endsAll(Impression.ANSWERED);
    fleet.run(Duration.ofSeconds(30), 400);
    fleet.measureFromNow();
    fleet.run(Duration.ofSeconds(10), 400);
    assertThat(broken.taken()).isGreaterThan(500);
  }

  @Test
  void a_version_that_errs_everywhere_ejects_nobody() {
    var fleet =
        new FleetSimulation(
            1, Balancing.by(BalancePolicy.LEAST_COST), Ejecting.with(1_000, 0.5, 0.2, 5));
    for (int i = 0; i < 4; i++) {
      Machine machine = fleet.machine(8, 10_000);
      machine.endsAll(Impression.ERRED);
      machine.ready();
    }
    fleet.run(Duration.ofSeconds(60), 400);
    for (EjectionReason reason : EjectionReason.values()) {
      assertThat(fleet.workers().ejectionsDetected(reason)).isZero();
    }
  }
}
