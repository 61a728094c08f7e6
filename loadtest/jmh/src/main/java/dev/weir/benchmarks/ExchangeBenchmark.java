package dev.weir.benchmarks;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.router.balance.BalanceConfig;
import dev.weir.router.balance.EjectionConfig;
import dev.weir.router.balance.Upstream;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Exchange;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.exchange.NextStep;
import dev.weir.router.exchange.RequestMetrics;
import dev.weir.router.exchange.RetryConfig;
import dev.weir.router.exchange.Tracing;
import dev.weir.router.limit.ByteBudget;
import dev.weir.router.limit.LimitConfig;
import dev.weir.router.limit.Limits;
import dev.weir.router.mirror.MirrorLog;
import dev.weir.router.outcome.ExposureConfig;
import dev.weir.router.outcome.ExposureLog;
import dev.weir.router.outcome.OutcomeConfig;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.policy.Draws;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.policy.VersionId;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All the bookkeeping of one request that is answered at the first try: decision, worker,
 * assignment, outcome, metrics, trace (1 % sampled). Four workers.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ExchangeBenchmark {
  private static final int REQUESTS = 1 << 12;

  /** Routes in the table. */
  @Param({"1", "10000"})
  public int routes;

  private final BenchRequest[] drawn = new BenchRequest[REQUESTS];
  private Telemetry telemetry = Telemetry.start("router", "bench", TelemetryConfig.defaults());
  private Exchanges exchanges = exchanges(1);
  private int next;

  private static final class Nowhere implements Upstream {
    @Override
    public void wakeUp() {}

    @Override
    public void close() {}
  }

  private Exchanges exchanges(int count) {
    Clock clock = Clock.system();
    RoutingTable table = RoutingTable.compile(BenchRoutes.snapshot(count));
    var workers =
        new WorkerSet(
            address -> new Nowhere(),
            BalanceConfig.defaults(),
            EjectionConfig.defaults(),
            "router-1",
            clock);
    Set<VersionId> versions = new HashSet<>();
    for (int i = 0; i < count; i++) {
      versions.add(new VersionId(BenchRoutes.name(i), "1"));
      versions.add(new VersionId(BenchRoutes.name(i), "2"));
    }
    for (int i = 1; i <= 4; i++) {
      workers.update(
          workers.add("worker-" + i, new HostAndPort("127.0.0.1", i)),
          new WorkerHealth.Ready(versions));
    }
    RetryConfig retry = RetryConfig.defaults();
    return new Exchanges(
        () -> table,
        workers,
        new OutcomeLedger(OutcomeConfig.defaults(), clock, slice -> {}),
        new ExposureLog(ExposureConfig.defaults(), clock),
        new RequestMetrics(telemetry.meter(), telemetry.histograms(), retry, clock),
        retry,
        new Limits(LimitConfig.defaults(), clock, telemetry.meter()),
        new MirrorLog(1, Runnable::run),
        new ByteBudget(0),
        new Draws(1),
        new Tracing(telemetry.tracer(), telemetry.sampling()),
        clock);
  }

  /** Makes the mesh and the requests. */
  @Setup
  public void prepare() {
    telemetry.close();
    telemetry =
        Telemetry.start(
            "router",
            "bench",
            new TelemetryConfig(
                List.of("http://127.0.0.1:1"), 0.01, Duration.ofMinutes(10), 4_096));
    exchanges = exchanges(routes);
    RandomGenerator random = Randomness.seeded(1);
    for (int i = 0; i < REQUESTS; i++) {
      drawn[i] = new BenchRequest(BenchRoutes.name(random.nextInt(routes)), null);
    }
  }

  /** Ends what sends spans. */
  @TearDown
  public void stop() {
    telemetry.close();
  }

  /** A request of which the caller has no trace. */
  @Benchmark
  public byte[] answeredAtOnce() {
    BenchRequest request = drawn[next++ & REQUESTS - 1];
    if (exchanges.open(request, null) instanceof Exchanges.Opened.Accepted(Exchange exchange)
        && exchange.begin() instanceof NextStep.Send(Attempt attempt)) {
      exchange.attemptAnswered(attempt);
      exchange.ended(StatusCode.OK, "");
      return attempt.assignment();
    }
    throw new IllegalStateException("not sent");
  }
}
