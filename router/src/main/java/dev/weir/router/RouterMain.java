package dev.weir.router;

import dev.weir.platform.discovery.Discoveries;
import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.ServiceProcess;
import dev.weir.platform.snapshot.SnapshotStore;
import dev.weir.platform.snapshot.SnapshotWatch;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.ServiceTls;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.control.KnownEndpoints;
import dev.weir.router.control.MonitorIntake;
import dev.weir.router.control.TableInForce;
import dev.weir.router.control.WorkerWatches;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.exchange.RequestMetrics;
import dev.weir.router.exchange.Tracing;
import dev.weir.router.identity.ClientIdentities;
import dev.weir.router.identity.HeaderDenylist;
import dev.weir.router.limit.ByteBudget;
import dev.weir.router.limit.Limits;
import dev.weir.router.logical.HealthPublisher;
import dev.weir.router.logical.LogicalService;
import dev.weir.router.logical.ServedModels;
import dev.weir.router.mirror.MirrorLog;
import dev.weir.router.outcome.BatchSender;
import dev.weir.router.outcome.ExposureLog;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.outcome.OutcomeSender;
import dev.weir.router.policy.Draws;
import dev.weir.router.relay.InnerIdentity;
import dev.weir.router.relay.InnerServer;
import dev.weir.router.relay.RelayLoops;
import dev.weir.router.relay.RelayServer;
import dev.weir.router.relay.WorkerLink;
import dev.weir.router.relay.WorkerLinks;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a router: builds its objects in order of dependency. */
public final class RouterMain {
  private static final String SERVICE = "router";
  private static final String VERSION = "weir-0.1.0";

  private RouterMain() {}

  /** Ends the process with the status of {@link #run}. */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.getenv()));
  }

  /** Runs until told to stop; returns the exit status. */
  public static int run(List<String> args, Map<String, String> env) {
    return ServiceProcess.run(SERVICE, RouterConfig.defaults(), args, env, RouterMain::start);
  }

  static String start(RouterConfig config, Resources resources) {
    Clock clock = Clock.system();
    Scheduler scheduler = resources.add("scheduler", Scheduler.system(SERVICE));
    ReloadingTls tls = ServiceTls.ofChannels(config.tls(), clock, scheduler, resources);
    GrpcChannel registry = channel(resources, "registry", config.registry(), tls);
    Discovery discovery =
        resources.add(
            "discovery",
            Discoveries.open(config.discovery(), registry.channel(), clock, scheduler));
    return start(config, resources, registry, tls, discovery, clock, scheduler).describe();
  }

  /** Where a router listens, and what tests look at. */
  record Listening(
      String host,
      int grpcPort,
      int httpPort,
      String data,
      WorkerSet workers,
      Exchanges exchanges,
      RelayLoops loops,
      RelayServer relay) {
    String describe() {
      return "grpc=%s:%d http=%s:%d data=%s".formatted(host, grpcPort, host, httpPort, data);
    }
  }

  static Listening start(
      RouterConfig config,
      Resources resources,
      GrpcChannel registry,
      @Nullable ReloadingTls tls,
      Discovery discovery,
      Clock clock,
      Scheduler scheduler) {
    var readiness = new Readiness();
    DataFolder data = resources.add("data folder", DataFolder.open(config.data()));
    Telemetry telemetry =
        resources.add(
            "telemetry", Telemetry.start(SERVICE, config.instance(), config.telemetry(), tls));
    GrpcChannel monitor = channel(resources, "monitor", config.monitor(), tls);
    ExecutorService blockingCalls =
        resources.add(
            "blocking calls",
            Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("router-blocking-", 0).factory()));

    long seed = Randomness.freshSeed();
    var draws = new Draws(seed);
    String process =
        config.instance() + "-" + HexFormat.of().toHexDigits(draws.generator().nextLong());
    var intake = new MonitorIntake(monitor, process);
    var sender = new OutcomeSender(process, intake.outcomes(), config.outcome().maxWaitingSlices());
    var ledger = new OutcomeLedger(config.outcome(), clock, sender::offer);
    var exposures = new ExposureLog(config.exposure(), clock);
    var exposureSender =
        new BatchSender<>("exposures", exposures::take, intake.exposures(exposures::dropped));
    ExecutorService comparing =
        resources.add("comparing", comparingThread(config.mirror().maxComparing()));
    var mirrors = new MirrorLog(config.mirror().maxWaiting(), comparing);
    var mirrorSender =
        new BatchSender<>("mirrored pairs", mirrors::take, intake.mirrored(mirrors::dropped));
    var table = new TableInForce(ledger);
    ReloadingTls listenerTls =
        ServiceTls.ofListener(config.grpc().tls(), clock, scheduler, telemetry.meter(), resources);
    RelayLoops loops =
        resources.add("event loops", new RelayLoops(config.relay(), config.http2(), clock));
    var workers =
        new WorkerSet(
            new WorkerLinks(loops, config.grpc().maxMessageBytes(), tls)::to,
            config.balance(),
            config.ejection(),
            config.instance(),
            clock);
    var metrics =
        new RequestMetrics(telemetry.meter(), telemetry.histograms(), config.retry(), clock);
    RouterGauges.register(telemetry.meter(), workers, ledger, sender, exposures, mirrors);
    RelayGauges.register(telemetry.meter(), loops);
    var limits = new Limits(config.limits(), clock, telemetry.meter());
    var exchanges =
        new Exchanges(
            table,
            workers,
            ledger,
            exposures,
            metrics,
            config.retry(),
            limits,
            mirrors,
            new ByteBudget(config.mirror().maxBytes()),
            draws,
            new Tracing(telemetry.tracer(), telemetry.sampling()),
            clock);
    var models = new ServedModels(table, workers);
    var logical =
        new LogicalService(
            models,
            InnerIdentity::current,
            workers,
            WorkerLink::channelOf,
            blockingCalls,
            config.serverName(),
            VERSION);

    ClientIdentities identities =
        resources.add(
            "identities",
            new ClientIdentities(config.identity(), clock, scheduler, telemetry.meter()));
    InnerServer inner =
        resources.add("inner socket", InnerServer.prepare(loops, config.grpc().maxMetadataBytes()));
    GrpcServer services =
        resources.add(
            "inner grpc",
            GrpcServer.startInside(
                "router services",
                config.grpc(),
                new GrpcServer.Services(
                    List.of(logical), List.of(InnerIdentity.interceptor()), null, true),
                inner.address(),
                loops.group(),
                loops.domainServerChannel()));
    RelayServer grpc =
        resources.add(
            "grpc",
            RelayServer.start(
                loops,
                config.grpc(),
                listenerTls,
                exchanges,
                inner,
                identities,
                new HeaderDenylist(config.headers().deniedToWorkers()),
                draws.generator()));
    RelayGauges.register(telemetry.meter(), grpc);
    HttpServer http =
        resources.add(
            "http",
            HttpServer.start(
                "router http",
                config.http(),
                ServiceTls.ofPages(
                    config.http().tls(), clock, scheduler, telemetry.meter(), resources),
                readiness,
                telemetry,
                routes -> {}));

    var health = new HealthPublisher(models, services::setServing, readiness);
    workers.onChange(health::refresh);
    table.onChange(() -> {
      health.refresh();
      limits.keepOnly(table.names());
      exposures.running(table.experiments());
    });
    health.refresh();
    var watches =
        resources.add(
            "worker watches",
            new WorkerWatches(
                workers,
                new KnownEndpoints(data.resolve("workers.bin")),
                SERVICE + " " + config.instance(),
                config.watch(),
                tls,
                clock,
                scheduler));
    SnapshotWatch snapshots =
        resources.add(
            "snapshot watch",
            new SnapshotWatch(
                registry.channel(),
                SERVICE + " " + config.instance(),
                new SnapshotStore(data.resolve("snapshot.bin")),
                table,
                readiness,
                clock));
    snapshots.start();
    watches.startWithKnown();
    resources.add("worker discovery", discovery.watch("model-worker", watches::listed));
    Scheduler.Cancellable ticks = scheduler.every(config.outcome().slice(), ledger::tick);
    Scheduler.Cancellable sends = scheduler.every(config.outcome().slice(), sender::flush);
    Scheduler.Cancellable batches =
        scheduler.every(
            config.outcome().slice(),
            () -> {
              exposureSender.flush();
              mirrorSender.flush();
            });

    Discovery.Registration registration =
        discovery.register(
            new Instance(
                SERVICE,
                config.instance(),
                new HostAndPort(config.grpc().host(), grpc.port()),
                Map.of("http", config.http().host() + ":" + http.port())));
    resources.onDrain("leave discovery", registration::close);
    resources.onDrain("say so", services::leave);
    resources.onDrain("finish calls", grpc::drain);
    resources.onDrain(
        "send outcomes",
        () -> {
          ticks.cancel();
          sends.cancel();
          batches.cancel();
          ledger.tick();
          sender.flush();
          exposureSender.flush();
          mirrorSender.flush();
        });
    return new Listening(
        config.grpc().host(),
        grpc.port(),
        http.port(),
        data.path().toAbsolutePath().toString(),
        workers,
        exchanges,
        loops,
        grpc);
  }

  /** One thread at low priority, that refuses what it has no room for. */
  private static ExecutorService comparingThread(int maxWaiting) {
    return new ThreadPoolExecutor(
        0,
        1,
        10,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(maxWaiting),
        Thread.ofPlatform()
            .name("router-comparing")
            .daemon()
            .priority(Thread.MIN_PRIORITY)
            .factory());
  }

  private static GrpcChannel channel(
      Resources resources, String name, String address, @Nullable ReloadingTls tls) {
    return resources.add(
        name + " channel", GrpcChannel.to(HostAndPort.parse(name, address), tls, List.of()));
  }
}
