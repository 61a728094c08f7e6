package dev.weir.monitor;

import dev.weir.monitor.dashboard.Dashboard;
import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.store.FeedbackFile;
import dev.weir.monitor.store.FeedbackKeeper;
import dev.weir.monitor.store.SavePoint;
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
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.ServiceTls;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a monitor: builds its rooms in order of dependency, and its sockets. */
public final class MonitorMain {
  private static final String SERVICE = "monitor";

  private MonitorMain() {}

  /** Ends the process with the status of {@link #run}. */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.getenv()));
  }

  /** Runs until told to stop; returns the exit status. */
  public static int run(List<String> args, Map<String, String> env) {
    return ServiceProcess.run(SERVICE, MonitorConfig.defaults(), args, env, MonitorMain::start);
  }

  static String start(MonitorConfig config, Resources resources) throws IOException {
    Clock clock = Clock.system();
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
    var readiness = new Readiness();
    var around =
        new Surroundings(
            clock,
            scheduler,
            readiness,
            data,
            tls,
            telemetry,
            registry,
            new SavePoint(),
            resources);

    var counts = new IntakeCounts();
    var otlp = new TelemetryRoom(config.intake(), counts, around);
    var alerts = new AlertRoom(config, counts, around);
    var history = new HistoryRoom(config, around);
    var watch =
        new WatchRoom(config, counts, alerts.book(), history.keeper(), history.lastWeek(), around);
    var privacy = new PrivacyRoom(config, around);
    var insight =
        new InsightRoom(
            config, counts, otlp.traces(), List.of(privacy.published()::observe), around);
    var incoming = new Dashboard.Incoming(config.dashboard(), clock);
    var foreign = new ForeignCalls(config.foreign(), counts, clock);
    var units = new BusinessMemory(config.intake());
    var labelLog = new FeedbackLog();
    var labels =
        new FeedbackKeeper(new FeedbackFile(data.resolve("labels.log")), labelLog, readiness);
    var evidence =
        new EvidenceRoom(
            config,
            counts,
            alerts.book(),
            units,
            foreign,
            labels,
            List.of(otlp, incoming, watch, insight, history, privacy),
            around);
    var intake =
        new IntakeRoom(
            config,
            counts,
            evidence.book(),
            units,
            labels,
            labelLog,
            insight,
            otlp.traces(),
            watch.groups(),
            List.of(evidence, history, watch, insight),
            Map.of(
                "samples", privacy.kept(), "traces", otlp.traces(), "rollouts", evidence.erasure()),
            around);
    MonitorMetrics.register(
        telemetry.meter(), counts, evidence.book(), evidence.sender(), otlp.traces());
    Discovery discovery =
        resources.add(
            "discovery",
            Discoveries.open(config.discovery(), registry.channel(), clock, scheduler));
    var pages =
        new DashboardRoom(
            config.dashboard(),
            new Dashboard.Sources(
                config.instance(),
                readiness,
                evidence.book(),
                evidence.sender(),
                counts,
                intake.feedback(),
                intake.mirrors(),
                otlp.traces(),
                otlp.metrics(),
                otlp.heard(),
                discovery,
                tls),
            incoming,
            around);
    // the intake stops taking before the others save
    List<Room> rooms =
        List.of(intake, evidence, watch, alerts, history, insight, privacy, otlp, pages);

    var services = new ArrayList<BindableService>(otlp.services(intake.business(), foreign));
    services.add(intake.service());
    GrpcServer grpc =
        resources.add(
            "grpc",
            GrpcServer.start(
                "monitor grpc",
                config.grpc(),
                ServiceTls.ofListener(
                    config.grpc().tls(), clock, scheduler, telemetry.meter(), resources),
                GrpcServer.Services.of(
                    List.of(otlp.tap()), services.toArray(BindableService[]::new))));
    HttpServer http =
        resources.add(
            "http",
            HttpServer.start(
                "monitor http",
                config.http(),
                ServiceTls.ofPages(
                    config.http().tls(), clock, scheduler, telemetry.meter(), resources),
                readiness,
                telemetry,
                routes -> rooms.forEach(room -> room.addTo(routes))));

    SnapshotWatch snapshots =
        resources.add(
            "snapshot watch",
            new SnapshotWatch(
                registry.channel(),
                SERVICE + " " + config.instance(),
                new SnapshotStore(data.resolve("snapshot.bin")),
                snapshot -> rooms.forEach(room -> room.follow(snapshot)),
                readiness,
                clock));
    intake.readLogWhen(snapshots::hasHeard);
    snapshots.start();
    rooms.forEach(room -> room.start(scheduler));
    scheduler.every(Duration.ofSeconds(1), () -> sayWhetherDiscovered(readiness, discovery));

    Discovery.Registration registration =
        discovery.register(
            new Instance(
                SERVICE,
                config.instance(),
                new HostAndPort(config.grpc().host(), grpc.port()),
                Map.of("http", config.http().host() + ":" + http.port())));
    grpc.setServing("", true);

    resources.onDrain("leave discovery", registration::close);
    resources.onDrain("close pages", pages::close);
    resources.onDrain("finish calls", grpc::drain);
    rooms.forEach(room -> room.onDrain(resources));
    return "grpc=%s:%d http=%s:%d data=%s"
        .formatted(
            config.grpc().host(),
            grpc.port(),
            config.http().host(),
            http.port(),
            data.path().toAbsolutePath());
  }

  private static void sayWhetherDiscovered(Readiness readiness, Discovery discovery) {
    String problem = discovery.problem();
    if (problem.isEmpty()) {
      readiness.ready("discovery");
    } else {
      readiness.degraded("discovery", problem);
    }
  }
}
