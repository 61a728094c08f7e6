package dev.weir.benchmarks;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.router.balance.BalanceConfig;
import dev.weir.router.balance.EjectionConfig;
import dev.weir.router.balance.Lease;
import dev.weir.router.balance.Upstream;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.policy.VersionId;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Picking a worker and giving it back, by two threads that share the workers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Threads(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {
  private static final VersionId VERSION = new VersionId("fraud", "1");
  private static final long LATENCY_NANOS = 5_000_000;

  /** Workers with the version. */
  @Param({"4", "400"})
  public int workers;

  private final Clock clock = Clock.system();
  private final WorkerSet set =
      new WorkerSet(
          address -> new Nowhere(),
          BalanceConfig.defaults(),
          EjectionConfig.defaults(),
          "router-1",
          clock);

  private static final class Nowhere implements Upstream {
    @Override
    public void wakeUp() {}

    @Override
    public void close() {}
  }

  /** A thread's own generator. */
  @State(Scope.Thread)
  public static class Draws {
    private final RandomGenerator random = Randomness.seeded(Randomness.freshSeed());
  }

  /** Makes the workers known. */
  @Setup
  public void prepare() {
    for (int i = 1; i <= workers; i++) {
      set.update(
          set.add("worker-" + i, new HostAndPort("127.0.0.1", i)),
          new WorkerHealth.Ready(Set.of(VERSION)));
    }
  }

  /** One request's part. */
  @Benchmark
  public boolean pickAndEnd(Draws draws) {
    long now = clock.nanoTime();
    Lease lease = set.lease(VERSION, null, null, now, draws.random);
    return lease != null && lease.end(Lease.Impression.ANSWERED, LATENCY_NANOS, now);
  }
}
