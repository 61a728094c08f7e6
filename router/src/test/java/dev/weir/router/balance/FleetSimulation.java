package dev.weir.router.balance;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.router.balance.Lease.Impression;
import dev.weir.router.policy.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A fleet of workers in simulated time: each answers a few requests at once, others wait in its
 * queue; requests come at random, one by one. The same seed gives the same run.
 */
final class FleetSimulation {
  static final VersionId VERSION = new VersionId("fraud", "1");

  private final TestClock clock = new TestClock();
  private final RandomGenerator arrivals;
  private final RandomGenerator services;
  private final RandomGenerator picks;
  private final WorkerSet workers;
  private final List<Machine> machines = new ArrayList<>();
  private final List<Long> latencies = new ArrayList<>();
  private int refused;

  FleetSimulation(long seed, BalanceConfig balance, EjectionConfig ejection) {
    RandomGenerator seeds = Randomness.seeded(seed);
    arrivals = Randomness.seeded(seeds.nextLong());
    services = Randomness.seeded(seeds.nextLong());
    picks = Randomness.seeded(seeds.nextLong());
    workers = new WorkerSet(address -> new Nowhere(), balance, ejection, "router-1", clock);
  }

  private static final class Nowhere implements Upstream {
    @Override
    public void wakeUp() {}

    @Override
    public void close() {}
  }

  /** One worker: {@code slots} requests at once, the others wait. */
  final class Machine {
    final Worker worker;
    private final long[] freeAtNanos;
    private LongUnaryOperator serviceNanos;
    private Impression ends = Impression.ANSWERED;
    private int taken;

    private Machine(String id, int slots, LongUnaryOperator serviceNanos) {
      this.worker = workers.add(id, new HostAndPort("127.0.0.1", machines.size() + 1));
      this.freeAtNanos = new long[slots];
      this.serviceNanos = serviceNanos;
    }

    void ready() {
      workers.update(worker, new WorkerHealth.Ready(Set.of(VERSION)));
    }

    void endsAll(Impression impression) {
      ends = impression;
    }

    void serves(LongUnaryOperator newServiceNanos) {
      serviceNanos = newServiceNanos;
    }

    int taken() {
      return taken;
    }

    private void take(Lease lease) {
      taken++;
      long start = clock.nanoTime();
      int slot = 0;
      for (int i = 1; i < freeAtNanos.length; i++) {
        slot = freeAtNanos[i] < freeAtNanos[slot] ? i : slot;
      }
      long end = Math.max(start, freeAtNanos[slot]) + serviceNanos.applyAsLong(services.nextLong());
      freeAtNanos[slot] = end;
      Impression impression = ends;
      clock.after(
          Duration.ofNanos(end - start),
          () -> {
            latencies.add(end - start);
            lease.end(impression, end - start, end);
          });
    }
  }

  /** A machine whose service times are random about a mean, between half and one and a half. */
  Machine machine(int slots, long meanMicros) {
    var machine = new Machine("worker-" + (machines.size() + 1), slots, about(meanMicros));
    machines.add(machine);
    return machine;
  }

  static LongUnaryOperator about(long meanMicros) {
    return random -> meanMicros * 500 + Math.floorMod(random, meanMicros * 1_000);
  }

  WorkerSet workers() {
    return workers;
  }

  long nowNanos() {
    return clock.nanoTime();
  }

  /** Requests at a rate for a time. */
  void run(Duration time, double perSecond) {
    long end = clock.nanoTime() + time.toNanos();
    while (clock.nanoTime() < end) {
      double gap = -Math.log(1 - arrivals.nextDouble()) / perSecond;
      clock.advance(Duration.ofNanos((long) (gap * 1e9)));
      request();
    }
  }

  void request() {
    @Nullable Lease lease = workers.lease(VERSION, null, null, clock.nanoTime(), picks);
    if (lease == null) {
      refused++;
      return;
    }
    for (Machine machine : machines) {
      if (machine.worker == lease.worker()) {
        machine.take(lease);
      }
    }
  }

  /** Nothing comes for a time. */
  void pause(Duration time) {
    clock.advance(time);
  }

  int refused() {
    return refused;
  }

  /** Forgets what was measured so far. */
  void measureFromNow() {
    latencies.clear();
    machines.forEach(m -> m.taken = 0);
  }

  double percentileMillis(double share) {
    long[] sorted = latencies.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] * 1e-6;
  }
}
