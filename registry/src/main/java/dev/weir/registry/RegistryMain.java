package dev.weir.registry;

import dev.weir.platform.discovery.EmbeddedDiscoveryService;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.lifecycle.ServiceProcess;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.ServiceTls;
import dev.weir.registry.api.Actor;
import dev.weir.registry.api.CallGuard;
import dev.weir.registry.control.RegistryMetrics;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The registry as a process: builds every object once, in order of dependency. */
public final class RegistryMain {
  private static final Duration SIGN_OF_LIFE_INTERVAL = Duration.ofSeconds(1);

  private RegistryMain() {}

  /** Ends the process with the status of {@link #run}. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.getenv()));
  }

  /** Runs until told to stop. Returns the exit status. */
  public static int run(List<String> arguments, Map<String, String> environment) {
    return ServiceProcess.run(
        "registry", RegistryConfig.defaults(), arguments, environment, RegistryMain::start);
  }

  private static String start(RegistryConfig config, Resources resources) {
    Clock clock = Clock.system();
    var readiness = new Readiness();
    readiness.notReady("start", "starting");
    DataFolder data = resources.add("data folder", DataFolder.open(config.data()));
    Scheduler scheduler = resources.add("scheduler", Scheduler.system("registry"));
    ReloadingTls tls = ServiceTls.ofChannels(config.tls(), clock, scheduler, resources);
    Telemetry telemetry =
        resources.add(
            "telemetry", Telemetry.start("registry", config.instance(), config.telemetry(), tls));
    var metrics = new RegistryMetrics(telemetry.meter());

    RegistryParts parts =
        RegistryParts.open(
            config,
            data.path(),
            new RegistryParts.Surroundings(
                clock,
                scheduler,
                Randomness.seeded(Randomness.freshSeed()),
                metrics,
                telemetry.tracer(),
                readiness),
            resources);
    var discovery =
        resources.add(
            "discovery",
            new EmbeddedDiscoveryService(
                clock, scheduler, config.embeddedDiscovery(), telemetry.meter()));
    var services = new ArrayList<BindableService>(parts.grpc());
    services.add(discovery);
    GrpcServer grpc =
        resources.add(
            "gRPC server",
            GrpcServer.start(
                "grpc",
                config.grpc(),
                ServiceTls.ofListener(
                    config.grpc().tls(), clock, scheduler, telemetry.meter(), resources),
                new GrpcServer.Services(
                    services,
                    // the last one sees a call first
                    List.of(new CallGuard(metrics), new Actor(), telemetry.serverInterceptor()),
                    null,
                    false)));
    HttpServer http =
        resources.add(
            "HTTP server",
            HttpServer.start(
                "http",
                config.http(),
                ServiceTls.ofPages(
                    config.http().tls(), clock, scheduler, telemetry.meter(), resources),
                readiness,
                telemetry,
                parts.rest()));

    scheduler.every(config.rollouts().tickInterval(), parts.driver()::tick);
    scheduler.every(SIGN_OF_LIFE_INTERVAL, parts.feed()::signOfLife);
    resources.onDrain("readiness", () -> readiness.notReady("start", "stopping"));
    resources.onDrain("watchers", parts.feed()::end);
    resources.onDrain("discovery", discovery::close);
    resources.onDrain("calls", grpc::drain);
    readiness.ready("start");
    return "grpc="
        + config.grpc().host()
        + ":"
        + grpc.port()
        + " http="
        + config.http().host()
        + ":"
        + http.port()
        + " data="
        + config.data().toAbsolutePath()
        + " epoch="
        + parts.epoch()
        + " revision="
        + parts.feed().newest().getRevision();
  }
}
