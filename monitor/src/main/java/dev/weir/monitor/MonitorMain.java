package dev.weir.monitor;

import dev.weir.monitor.alert.AlertBook;
import dev.weir.monitor.alert.AlertFile;
import dev.weir.monitor.alert.AlertRoutes;
import dev.weir.monitor.alert.Alerting;
import dev.weir.monitor.alert.IntakeLoss;
import dev.weir.monitor.alert.RolloutActions;
import dev.weir.monitor.dashboard.Dashboard;
import dev.weir.monitor.dashboard.DashboardRoutes;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.history.HistoryCounts;
import dev.weir.monitor.history.HistoryKeeper;
import dev.weir.monitor.history.HistoryRoutes;
import dev.weir.monitor.history.HistoryStore;
import dev.weir.monitor.inspect.Inspection;
import dev.weir.monitor.intake.ExposureBoard;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeReceiver;
import dev.weir.monitor.intake.MetricBoard;
import dev.weir.monitor.intake.MetricReceiver;
import dev.weir.monitor.intake.SaidDropped;
import dev.weir.monitor.intake.ServicesHeard;
import dev.weir.monitor.intake.TraceReceiver;
import dev.weir.monitor.intake.TraceStore;
import dev.weir.monitor.labelling.LabellingQueue;
import dev.weir.monitor.labelling.LabellingRoutes;
import dev.weir.monitor.mirror.MirrorBoard;
import dev.weir.monitor.mirror.MirrorMetrics;
import dev.weir.monitor.privacy.EraseRoutes;
import dev.weir.monitor.replay.JournalFolder;
import dev.weir.monitor.replay.ReplayCounts;
import dev.weir.monitor.store.EvidenceFile;
import dev.weir.monitor.store.EvidenceKeeper;
import dev.weir.monitor.store.WatchKeeper;
import dev.weir.monitor.verdict.RolloutFindings;
import dev.weir.monitor.verdict.VerdictSender;
import dev.weir.monitor.watch.FeatureReader;
import dev.weir.monitor.watch.LabelRoutes;
import dev.weir.monitor.watch.LabelWatch;
import dev.weir.monitor.watch.StandingWatch;
import dev.weir.monitor.watch.WatchMetrics;
import dev.weir.monitor.watch.WatchRoutes;
import dev.weir.monitor.why.WhyBoard;
import dev.weir.monitor.why.WhyRoutes;
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
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs a monitor: builds its objects in order of dependency. */
public final class MonitorMain {
  private static final String SERVICE = "monitor";
  private static final Duration WATCH_SAVE_INTERVAL = Duration.ofSeconds(10);

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

    var counts = new IntakeCounts();
    var exposures = new ExposureBoard(counts, new SaidDropped(config.intake().maxRouters()));
    var traces = new TraceStore(config.intake(), counts);
    var heard = new ServicesHeard();
    var board = new MetricBoard(config.intake(), counts);
    var incoming = new Dashboard.Incoming(config.dashboard(), clock);
    var alerts = new AlertBook(config.alerts(), clock, Randomness.seeded(Randomness.freshSeed()));
    var actions = new RolloutActions(config.alerts(), registry.channel());
    var alerting =
        resources.add(
            "alerting",
            new Alerting(alerts, config.alerts(), config.instance(), actions, clock, scheduler));
    var watch =
        new StandingWatch(
            config.watch(), counts, alerts, clock, Randomness.seeded(Randomness.freshSeed()));
    var labelWatch = new LabelWatch(config.watch(), alerts, clock);
    var rolloutFindings = new RolloutFindings(alerts, clock);
    var loss = new IntakeLoss(counts, config.alerts(), alerts, clock);
    var historyCounts = new HistoryCounts();
    HistoryStore historyStore =
        resources.add(
            "history",
            HistoryStore.open(
                data.resolve("history.db"),
                config.history(),
                config.intake().maxRouters(),
                historyCounts));
    var history = new HistoryKeeper(historyStore, config.history(), historyCounts, clock);
    var features = new FeatureReader(config.watch().maxFeatures(), history);
    var why = new WhyBoard(config.why(), clock);
    var labelling = new LabellingQueue(config.labelling(), clock);
    var inspection =
        new Inspection(
            config.why().maxWaitingSamples(),
            config.why().maxFeatures(),
            counts,
            List.of(why::observe, labelling::observe));
    var wiring =
        new Wiring(
            traces, incoming, watch, labelWatch, inspection, rolloutFindings, history, features);
    var replayCounts = new ReplayCounts();
    var journals = new JournalFolder(data.resolve("replay"), config.replay(), replayCounts);
    var book =
        new EvidenceBook(config.evidence(), config.intake(), counts, clock, wiring, journals);
    var feedback =
        new FeedbackJoin(
            config.intake(),
            counts,
            labels -> {
              book.takeLabels(labels);
              history.labels(labels);
              labelWatch.labels(labels);
              why.labels(labels);
              labelling.labelled(
                  labels.stream().map(label -> label.label().getRequestId()).toList());
            });
    var mirrors =
        new MirrorBoard(
            config.mirror(),
            counts,
            new SaidDropped(config.intake().maxRouters()),
            traces::keepExamples,
            pairs -> {
              book.takePairs(pairs);
              labelling.pairs(pairs);
            },
            clock);
    var sender = new VerdictSender(registry.channel(), config.instance(), book, clock);
    MonitorMetrics.register(telemetry.meter(), counts, book, sender, traces);
    exposures.registerWith(telemetry.meter());
    historyCounts.registerWith(telemetry.meter(), historyStore);
    replayCounts.registerWith(telemetry.meter());
    MirrorMetrics.register(telemetry.meter(), mirrors);
    WatchMetrics.register(telemetry.meter(), watch);
    alerting.registerWith(telemetry.meter());
    wiring.onDecision = () -> scheduler.after(Duration.ZERO, sender::send);
    var keeper =
        new EvidenceKeeper(
            new EvidenceFile(data.resolve("evidence.bin")), book, readiness, journals::flush);
    keeper.load();
    var watchKeeper =
        new WatchKeeper(new EvidenceFile(data.resolve("watch.bin")), watch, readiness);
    watchKeeper.load();
    var alertFile = new AlertFile(data.resolve("alerts.json"), alerts, readiness);
    alertFile.load();

    Discovery discovery =
        resources.add(
            "discovery",
            Discoveries.open(config.discovery(), registry.channel(), clock, scheduler));
    Dashboard dashboard =
        resources.add(
            "dashboard",
            new Dashboard(
                new Dashboard.Sources(
                    config.instance(),
                    readiness,
                    book,
                    sender,
                    counts,
                    feedback,
                    mirrors,
                    traces,
                    board,
                    heard,
                    discovery,
                    tls),
                incoming,
                config.dashboard(),
                clock));

    GrpcServer grpc =
        resources.add(
            "grpc",
            GrpcServer.start(
                "monitor grpc",
                config.grpc(),
                ServiceTls.ofListener(
                    config.grpc().tls(), clock, scheduler, telemetry.meter(), resources),
                GrpcServer.Services.of(
                    List.of(),
                    new IntakeReceiver(book, feedback, exposures, mirrors),
                    new TraceReceiver(traces, heard, counts, clock),
                    new MetricReceiver(board, heard, clock))));
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
                routes -> {
                  new WatchRoutes(watch).addTo(routes);
                  new LabelRoutes(labelWatch).addTo(routes);
                  new AlertRoutes(alerts, clock).addTo(routes);
                  new LabellingRoutes(labelling, config.labelling(), feedback::takeLabels)
                      .addTo(routes);
                  routes
                      .register("/api/v1/why", new WhyRoutes(why))
                      .register(
                          "/api/v1/erase",
                          new EraseRoutes(
                              Map.of("labels", feedback, "labelling", labelling, "why", why)));
                  routes.register(
                      "/api/v1/history", new HistoryRoutes(historyStore, config.history(), clock));
                  new DashboardRoutes(dashboard).addTo(routes);
                }));

    SnapshotWatch snapshots =
        resources.add(
            "snapshot watch",
            new SnapshotWatch(
                registry.channel(),
                SERVICE + " " + config.instance(),
                new SnapshotStore(data.resolve("snapshot.bin")),
                snapshot -> {
                  book.follow(snapshot);
                  watch.follow(snapshot);
                  labelWatch.follow(snapshot);
                  inspection.follow(snapshot);
                  features.follow(snapshot);
                  actions.follow(snapshot);
                  rolloutFindings.follow(snapshot);
                  dashboard.follow(snapshot);
                },
                readiness,
                clock));
    snapshots.start();
    scheduler.every(config.intake().sampleSlice(), book::closeSamples);
    scheduler.every(config.evidence().saveInterval(), keeper::save);
    scheduler.every(config.history().writeInterval(), history::write);
    scheduler.every(Duration.ofMinutes(1), history::compact);
    scheduler.every(config.evidence().verdictInterval(), sender::send);
    scheduler.every(config.intake().sampleSlice(), watch::work);
    scheduler.every(config.intake().sampleSlice(), inspection::work);
    scheduler.every(WATCH_SAVE_INTERVAL, watchKeeper::save);
    scheduler.every(
        Duration.ofSeconds(5), () -> rolloutFindings.look(book.verdicts(), sender.silence()));
    scheduler.every(Duration.ofSeconds(1), labelWatch::look);
    scheduler.every(IntakeLoss.LOOK_EVERY, loss::look);
    alerting.start(scheduler, alertFile);

    dashboard.start();
    scheduler.every(Duration.ofSeconds(1), () -> sayWhatIsAway(readiness, discovery, sender));
    scheduler.every(config.dashboard().pushInterval(), dashboard::push);

    Discovery.Registration registration =
        discovery.register(
            new Instance(
                SERVICE,
                config.instance(),
                new HostAndPort(config.grpc().host(), grpc.port()),
                Map.of("http", config.http().host() + ":" + http.port())));
    grpc.setServing("", true);

    resources.onDrain("leave discovery", registration::close);
    resources.onDrain("close pages", dashboard::close);
    resources.onDrain("finish calls", grpc::drain);
    resources.onDrain("save evidence", keeper::save);
    resources.onDrain("save watch", watchKeeper::save);
    resources.onDrain("save alerts", alertFile::save);
    resources.onDrain("write history", history::close);
    return "grpc=%s:%d http=%s:%d data=%s"
        .formatted(
            config.grpc().host(),
            grpc.port(),
            config.http().host(),
            http.port(),
            data.path().toAbsolutePath());
  }

  private static void sayWhatIsAway(
      Readiness readiness, Discovery discovery, VerdictSender sender) {
    String problem = discovery.problem();
    if (problem.isEmpty()) {
      readiness.ready("discovery");
    } else {
      readiness.degraded("discovery", problem);
    }
    if (sender.silence().isZero()) {
      readiness.ready("verdicts");
    } else {
      readiness.degraded(
          "verdicts", "the registry has taken none for " + sender.silence().toSeconds() + " s");
    }
  }

  /** Brings the book's news to those who need them. */
  private static final class Wiring implements EvidenceListener {
    private final TraceStore traces;
    private final Dashboard.Incoming incoming;
    private final StandingWatch watch;
    private final LabelWatch labelWatch;
    private final Inspection inspection;
    private final RolloutFindings findings;
    private final HistoryKeeper history;
    private final FeatureReader features;
    private Runnable onDecision = () -> {};

    Wiring(
        TraceStore traces,
        Dashboard.Incoming incoming,
        StandingWatch watch,
        LabelWatch labelWatch,
        Inspection inspection,
        RolloutFindings findings,
        HistoryKeeper history,
        FeatureReader features) {
      this.traces = traces;
      this.incoming = incoming;
      this.watch = watch;
      this.labelWatch = labelWatch;
      this.inspection = inspection;
      this.findings = findings;
      this.history = history;
      this.features = features;
    }

    @Override
    public void slice(String routerProcess, OutcomeSlice slice) {
      slice(slice);
      history.slice(routerProcess, slice);
    }

    @Override
    public void slice(OutcomeSlice slice) {
      incoming.slice(slice);
    }

    @Override
    public void samples(List<Sample> slice) {
      incoming.samples(slice);
      watch.samples(slice);
      labelWatch.samples(slice);
      inspection.samples(slice);
      history.samples(slice);
      features.samples(slice);
    }

    @Override
    public void decided(Verdict verdict) {
      traces.pin(verdict.getExemplarTraceIdsList());
      findings.decided(verdict);
      onDecision.run();
    }
  }
}
