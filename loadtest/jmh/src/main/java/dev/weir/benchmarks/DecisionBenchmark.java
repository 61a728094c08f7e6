package dev.weir.benchmarks;

import dev.weir.platform.time.Randomness;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RoutingTable;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which variant a request gets, over many routes that are asked for in random order: the cost
 * should not grow with their number, but for what no longer fits into the processor's caches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecisionBenchmark {
  private static final int REQUESTS = 1 << 12;

  /** Routes in the table. */
  @Param({"1", "100", "10000"})
  public int routes;

  private final RandomGenerator random = Randomness.seeded(1);
  private final BenchRequest[] drawn = new BenchRequest[REQUESTS];
  private final BenchRequest[] sticky = new BenchRequest[REQUESTS];
  private RoutingTable table = RoutingTable.compile(BenchRoutes.snapshot(1));
  private int next;

  /** Makes the table and the requests. */
  @Setup
  public void prepare() {
    table = RoutingTable.compile(BenchRoutes.snapshot(routes));
    for (int i = 0; i < REQUESTS; i++) {
      String model = BenchRoutes.name(random.nextInt(routes));
      drawn[i] = new BenchRequest(model, null);
      sticky[i] = new BenchRequest(model, "session-" + random.nextInt(10_000));
    }
  }

  /** An independent draw. */
  @Benchmark
  public Decision drawn() {
    return table.decide(drawn[next++ & REQUESTS - 1], random);
  }

  /** A hash of the session. */
  @Benchmark
  public Decision sticky() {
    return table.decide(sticky[next++ & REQUESTS - 1], random);
  }
}
