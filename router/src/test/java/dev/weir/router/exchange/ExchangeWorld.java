package dev.weir.router.exchange;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.telemetry.ObservedHistograms;
import dev.weir.platform.telemetry.TraceSampling;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.Snapshots;
import dev.weir.router.balance.BalanceConfig;
import dev.weir.router.balance.BalancePolicy;
import dev.weir.router.balance.EjectionConfig;
import dev.weir.router.balance.Upstream;
import dev.weir.router.balance.Worker;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
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
import dev.weir.router.policy.TestRequest;
import dev.weir.router.policy.VersionId;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything below the data plane, in a test's own time. */
final class ExchangeWorld {
  final TestClock clock = new TestClock();
  final WorkerSet workers;
  final RequestMetrics metrics;
  final Exchanges exchanges;
  final OutcomeLedger ledger;
  final MirrorLog mirrors = new MirrorLog(100, Runnable::run);
  final ByteBudget copies = new ByteBudget(10_000);
  final List<OutcomeSlice> slices = new ArrayList<>();

  ExchangeWorld(long seed, RetryConfig retry, Route... routes) {
    this(seed, retry, 1_024, routes);
  }

  ExchangeWorld(long seed, RetryConfig retry, int maxInFlightPerWorker, Route... routes) {
    Meter meter = MeterProvider.noop().get("test");
    workers =
        new WorkerSet(
            address -> new Nowhere(),
            new BalanceConfig(
                BalancePolicy.LEAST_COST,
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ZERO,
                1.0,
                Duration.ofSeconds(10),
                0,
                maxInFlightPerWorker),
            EjectionConfig.defaults(),
            "router-1",
            clock);
    metrics = new RequestMetrics(meter, new ObservedHistograms(clock), retry, clock);
    ledger =
        new OutcomeLedger(
            new OutcomeConfig(Duration.ofMillis(250), Duration.ofSeconds(2), 1_000, 10_000),
            clock,
            slices::add);
    RoutingTable table = RoutingTable.compile(Snapshots.of(1, routes));
    exchanges =
        new Exchanges(
            () -> table,
            workers,
            ledger,
            new ExposureLog(ExposureConfig.defaults(), clock),
            metrics,
            retry,
            new Limits(LimitConfig.defaults(), clock, meter),
            mirrors,
            copies,
            new Draws(seed),
            new Tracing(TracerProvider.noop().get("test"), new TraceSampling(0, false)),
            clock);
  }

  private static final class Nowhere implements Upstream {
    @Override
    public void wakeUp() {}

    @Override
    public void close() {}
  }

  /** A ready worker with versions of model "fraud". */
  Worker worker(String id, String... versions) {
    Worker worker = workers.add(id, new HostAndPort("127.0.0.1", 1 + workers.workers().size()));
    ready(worker, versions);
    return worker;
  }

  void ready(Worker worker, String... versions) {
    workers.update(
        worker,
        new WorkerHealth.Ready(
            Stream.of(versions)
                .map(v -> new VersionId("fraud", v))
                .collect(Collectors.toUnmodifiableSet())));
  }

  void drain(Worker worker) {
    workers.update(worker, new WorkerHealth.NotTakingWork("DRAINING"));
  }

  Exchange open() {
    return open(new TestRequest("fraud"));
  }

  Exchange open(TestRequest request) {
    return ((Exchanges.Opened.Accepted) exchanges.open(request, null)).exchange();
  }

  KnownVariant known(Exchange exchange) {
    return metrics.variant(exchange.decision());
  }

  /** What the monitor would have been told so far. */
  List<OutcomeCell> cells() {
    ledger.tick();
    clock.advance(Duration.ofSeconds(3));
    ledger.tick();
    return slices.stream().flatMap(s -> s.getCellsList().stream()).toList();
  }

  static RetryConfig retry(int maxAttempts, double share, int perSecond) {
    return new RetryConfig(
        Duration.ofSeconds(10),
        maxAttempts,
        share,
        perSecond,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofMillis(250));
  }
}
