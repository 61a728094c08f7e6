package dev.weir.worker;

import com.sun.management.OperatingSystemMXBean;
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
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.worker.admission.AdmissionConfig;
import dev.weir.worker.admission.Room;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.onnx.OnnxEngine;
import dev.weir.worker.engine.triton.TritonEngine;
import dev.weir.worker.placement.ArtifactCache;
import dev.weir.worker.placement.ArtifactFetch;
import dev.weir.worker.placement.ArtifactSource;
import dev.weir.worker.placement.Placements;
import dev.weir.worker.sampling.Sampler;
import dev.weir.worker.serving.CallFacts;
import dev.weir.worker.serving.Changes;
import dev.weir.worker.serving.InferenceService;
import dev.weir.worker.serving.Inferences;
import dev.weir.worker.serving.LoadReports;
import dev.weir.worker.serving.StatusReporter;
import dev.weir.worker.serving.WorkerMetrics;
import dev.weir.worker.serving.WorkerStatusBoard;
import dev.weir.worker.serving.WorkerStatusService;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Runs a model-worker: builds its objects in order of dependency. */
public final class WorkerMain {
  private static final String SERVICE = "model-worker";
  private static final Duration SIGN_OF_LIFE = Duration.ofMillis(800);

  private WorkerMain() {}

  /** Ends the process with the status of {@link #run}. */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.getenv()));
  }

  /** Runs until told to stop; returns the exit status. */
  public static int run(List<String> args, Map<String, String> env) {
    return ServiceProcess.run(SERVICE, WorkerConfig.defaults(), args, env, WorkerMain::start);
  }

  static String start(WorkerConfig config, Resources resources) throws IOException {
    Clock clock = Clock.system();
    String instance =
        config.instance() + "-" + HexFormat.of().toHexDigits((int) Randomness.freshSeed());
    var readiness = new Readiness();
    DataFolder data = resources.add("data folder", DataFolder.open(config.data()));
    Scheduler scheduler = resources.add("scheduler", Scheduler.system(SERVICE));
    ReloadingTls tls = ServiceTls.ofChannels(config.tls(), clock, scheduler, resources);
    Telemetry telemetry =
        resources.add(
            "telemetry", Telemetry.start(SERVICE, config.instance(), config.telemetry(), tls));
    GrpcChannel registry =
        resources.add(
            "registry channel",
            GrpcChannel.to(HostAndPort.parse("registry", config.registry()), tls, List.of()));
    GrpcChannel monitor =
        resources.add(
            "monitor channel",
            GrpcChannel.to(HostAndPort.parse("monitor", config.monitor()), tls, List.of()));

    Engine engine = resources.add("engine", engine(config, resources, telemetry, scheduler, clock));
    var changes = new Changes();
    ExecutorService jobs =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("placement-", 0).factory());
    resources.add("jobs", jobs::shutdownNow);
    var placements = placements(config, engine, data, registry, jobs, scheduler, clock, changes);
    resources.add("loaded versions", placements::unloadAll);
    engine.onHealthChange(placements::engineChanged);

    var admission = config.admission();
    var room =
        new Room(admission.maxConcurrency(), admission.maxWaiting(), admission.maxWait(), clock);
    var sampler =
        resources.add("sampler", new Sampler(config.sampling(), instance, monitor.channel()));
    var board =
        new WorkerStatusBoard(
            instance, engine, room, placements, config.placement().startPatience(), clock);
    var watchers = new WorkerStatusService(board, config.maxWatchers());
    var reporter =
        resources.add("status reports", new StatusReporter(board, registry.channel(), scheduler));
    var inferences =
        new Inferences(
            placements,
            room,
            sampler,
            telemetry.tracer(),
            new WorkerMetrics(telemetry.meter()),
            clock);
    WorkerMetrics.observe(telemetry.meter(), room, placements, sampler);
    var inference = new InferenceService(inferences, placements, engine, board, version());

    GrpcServer grpc =
        resources.add(
            "grpc",
            GrpcServer.start(
                "model-worker grpc",
                config.grpc(),
                ServiceTls.ofListener(
                    config.grpc().tls(), clock, scheduler, telemetry.meter(), resources),
                GrpcServer.Services.of(
                    interceptors(admission, room, telemetry, clock), inference, watchers)));
    HttpServer http =
        resources.add(
            "http",
            HttpServer.start(
                "model-worker http",
                config.http(),
                ServiceTls.ofPages(
                    config.http().tls(), clock, scheduler, telemetry.meter(), resources),
                readiness,
                telemetry,
                routing -> {}));

    var address = new HostAndPort(config.reachableHost(), grpc.port());
    board.bound(address.toString());
    Discovery discovery =
        resources.add(
            "discovery",
            Discoveries.open(config.discovery(), registry.channel(), clock, scheduler));
    var membership =
        new Membership(
            discovery,
            new Instance(
                SERVICE,
                instance,
                address,
                Map.of("engine", engine.word(), "http", config.http().host() + ":" + http.port())));

    Runnable look =
        () -> {
          board.describe(readiness);
          boolean serving = board.state() == WorkerState.READY;
          grpc.setServing("", serving);
          grpc.setServing("inference.GRPCInferenceService", serving);
          if (board.hasStarted()) {
            membership.join();
          }
          watchers.broadcast();
        };
    changes.listen(look);
    changes.listen(reporter::changed);
    look.run();
    scheduler.every(SIGN_OF_LIFE, look);
    reporter.start();
    sampler.start(scheduler);

    SnapshotWatch watch =
        resources.add(
            "snapshot watch",
            new SnapshotWatch(
                registry.channel(),
                SERVICE + " " + config.instance(),
                new SnapshotStore(data.resolve("snapshot.bin")),
                placements::follow,
                readiness,
                clock));
    resources.onDrain(
        "drain",
        new Drain(
                board,
                watchers,
                reporter,
                membership,
                room,
                inference,
                grpc,
                config.drainGrace(),
                config.grpc().drainTimeout())
            ::run);
    watch.start();
    return "grpc=%s http=%s:%d engine=%s instance=%s data=%s"
        .formatted(
            new HostAndPort(config.grpc().host(), grpc.port()),
            config.http().host(),
            http.port(),
            engine.word(),
            instance,
            data.path().toAbsolutePath());
  }

  private static Engine engine(
      WorkerConfig config,
      Resources resources,
      Telemetry telemetry,
      Scheduler scheduler,
      Clock clock) {
    return switch (config.engine()) {
      case ONNXRUNTIME ->
          new OnnxEngine(
              config.onnx().threadsOn(Runtime.getRuntime().availableProcessors()),
              config.admission().maxConcurrency() + config.placement().maxConcurrentJobs(),
              clock);
      case TRITON -> {
        GrpcChannel triton =
            resources.add(
                "triton channel",
                GrpcChannel.to(
                    HostAndPort.parse("triton.address", config.triton().address()),
                    List.of(telemetry.clientInterceptor())));
        var engine = new TritonEngine(config.triton(), triton.channel(), scheduler, clock);
        engine.start();
        yield engine;
      }
    };
  }

  private static Placements placements(
      WorkerConfig config,
      Engine engine,
      DataFolder data,
      GrpcChannel registry,
      ExecutorService jobs,
      Scheduler scheduler,
      Clock clock,
      Changes changes)
      throws IOException {
    var cache =
        ArtifactCache.open(
            data.resolve("artifacts"), config.placement().artifactCacheBytes(), clock);
    var source = new ArtifactSource(registry.channel(), config.placement().fetchTimeout());
    return new Placements(
        engine,
        new ArtifactFetch(cache, source),
        jobs,
        scheduler,
        config.placement(),
        changes::fire);
  }

  /** The last one is called first: the span is there when the others run. */
  private static List<ServerInterceptor> interceptors(
      AdmissionConfig admission, Room room, Telemetry telemetry, Clock clock) {
    if (!admission.loadReports()) {
      return List.of(CallFacts.interceptor(), telemetry.serverInterceptor());
    }
    var machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    var reports = new LoadReports(room, machine::getCpuLoad, clock);
    return List.of(reports, CallFacts.interceptor(), telemetry.serverInterceptor());
  }

  private static String version() {
    String version = WorkerMain.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
