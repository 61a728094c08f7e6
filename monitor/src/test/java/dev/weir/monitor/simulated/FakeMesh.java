package dev.weir.monitor.simulated;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.weir.monitor.MonitorMain;
import dev.weir.platform.discovery.Discoveries;
import dev.weir.platform.discovery.Discovery;
import dev.weir.platform.discovery.DiscoveryConfig;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import dev.weir.proto.registry.v1.Reference;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Diversion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/**
 * Feeds a real monitor with a mesh that is not there, for looking at the dashboard: traffic, a
 * version that predicts otherwise, a sound one that becomes champion, one that fails, one that is
 * slow; then again. Arguments: those of the monitor; its registry is on port 18010.
 */
public final class FakeMesh implements AutoCloseable {
  private static final int REGISTRY_PORT = 18_010;
  private static final List<Integer> SHARES = List.of(500, 2_500, 5_000, 10_000);

  private final Clock clock = Clock.system();
  private final Scheduler scheduler = Scheduler.system("fake-mesh");
  private final RandomGenerator random = Randomness.seeded(7);
  private final SimulatedTraffic traffic = new SimulatedTraffic(random, 400);
  private final SimulatedMirror mirror = new SimulatedMirror(random);
  private final SimulatedFeatures features = new SimulatedFeatures(random);
  private final Reference reference = features.reference(Randomness.seeded(8));
  private final FakeRegistry registry;
  private final List<FakeWorker> workers =
      List.of(new FakeWorker("worker-1", scheduler), new FakeWorker("worker-2", scheduler));
  private @org.jspecify.annotations.Nullable GrpcChannel monitor;
  private int chapter;
  private int quartersInChapter;
  private String champion = "1";
  private volatile Optional<Diversion> diversion = Optional.empty();

  /** With a registry on a port of loopback (0: any free one), and nothing fed yet. */
  public FakeMesh(int registryPort) {
    this.registry = new FakeRegistry(registryPort, clock, scheduler);
  }

  /** Port of its registry. */
  public int registryPort() {
    return registry.port();
  }

  /** What its registry hands out now. */
  public Snapshot snapshot() {
    return registry.snapshot();
  }

  /** Says of its route that it is diverted; or that it is not. */
  public void divert(Optional<Diversion> said) {
    diversion = said;
    registry.change(old -> {
      Snapshot.Builder changed = old.toBuilder();
      Route.Builder route = changed.getRoutesBuilder(0).clearDiversion();
      said.ifPresent(route::setDiversion);
      return changed.build();
    });
  }

  public static void main(String[] args) throws InterruptedException {
    int monitorPort = 14_317;
    var mesh = new FakeMesh(REGISTRY_PORT);
    var monitorArgs = new ArrayList<String>();
    monitorArgs.add("--grpc.port=" + monitorPort);
    monitorArgs.add("--registry=127.0.0.1:" + REGISTRY_PORT);
    monitorArgs.addAll(List.of(args));
    Thread.ofPlatform()
        .daemon(false)
        .start(() -> System.exit(MonitorMain.run(monitorArgs, Map.of())));
    mesh.feed(monitorPort);
    new CountDownLatch(1).await();
  }

  /** Begins to feed the monitor whose gRPC port is given. */
  public void feed(int monitorPort) {
    monitor = GrpcChannel.to(new HostAndPort("127.0.0.1", monitorPort), List.of());
    traffic.rollout = "";
    traffic.millis = clock.now().toEpochMilli() - 2_500;
    Discovery discovery =
        Discoveries.open(
            DiscoveryConfig.defaults(),
            GrpcChannel.to(new HostAndPort("127.0.0.1", registry.port()), List.of()).channel(),
            clock,
            scheduler);
    for (int i = 0; i < workers.size(); i++) {
      discovery.register(
          new Instance(
              "model-worker",
              "worker-" + (i + 1),
              new HostAndPort("127.0.0.1", workers.get(i).port()),
              Map.of()));
    }
    discovery.register(
        new Instance("router", "router-1", new HostAndPort("127.0.0.1", 8001), Map.of()));
    registry.change(old -> withRoute(old.toBuilder().addVersions(version(champion)).build()));
    var unused =
        IntakeServiceGrpc.newBlockingStub(channel())
            .withDeadlineAfter(java.time.Duration.ofSeconds(10))
            .reportOutcomes(FakePast.of(clock.now().toEpochMilli(), champion, random));
    scheduler.every(java.time.Duration.ofMillis(100), this::catchUp);
    scheduler.every(java.time.Duration.ofSeconds(1), registry::signOfLife);
    scheduler.every(java.time.Duration.ofSeconds(2), this::figures);
  }

  private io.grpc.Channel channel() {
    return java.util.Objects.requireNonNull(monitor, "fed before feed()").channel();
  }

  private void catchUp() {
    while (traffic.millis < clock.now().toEpochMilli() - 2_000) {
      quarter();
    }
  }

  private void quarter() {
    quartersInChapter++;
    SimulatedTraffic.Quarter quarter = traffic.next();
    var intake =
        IntakeServiceGrpc.newBlockingStub(channel())
            .withDeadlineAfter(java.time.Duration.ofSeconds(2));
    intake.reportOutcomes(quarter.outcomes());
    ReportSamplesRequest samples = quarter.traced(features.with(quarter.samples()));
    intake.reportSamples(samples);
    label(intake, samples.getSamplesList());
    trace(quarter);
    mirror(intake);
    tellTheStory();
  }

  private ModelVersion version(String version) {
    return ModelVersion.newBuilder()
        .setModel(SimulatedTraffic.ROUTE)
        .setVersion(version)
        .setSignature(Signature.newBuilder().setClassOutput("label"))
        .setReference(reference)
        .putMetrics("accuracy", 0.83)
        .putMetrics("held_out_rows", 10_000)
        .setMonitoring(
            MonitoringPolicy.newBuilder().addGroupFeatures("sector").setFavourableClass("1"))
        .build();
  }

  private void figures() {
    var metrics =
        MetricsServiceGrpc.newBlockingStub(channel())
            .withDeadlineAfter(java.time.Duration.ofSeconds(2));
    for (String worker : List.of("worker-1", "worker-2")) {
      metrics.export(
          FakeFigures.of(
              worker,
              Map.of(
                  "nv_gpu_utilization",
                  0.4 + 0.2 * random.nextDouble(),
                  "nv_gpu_memory_used_bytes",
                  11.2e9,
                  "weir_worker_in_flight_requests",
                  (double) random.nextInt(8),
                  "weir_worker_waiting_requests",
                  0.0,
                  "weir_worker_samples_sent",
                  (double) quartersInChapter * 50)));
    }
  }

  private void label(IntakeServiceGrpc.IntakeServiceBlockingStub intake, List<Sample> samples) {
    var feedback = ReportFeedbackRequest.newBuilder();
    for (Sample sample : samples.subList(0, Math.min(10, samples.size()))) {
      feedback.addFeedback(
          Feedback.newBuilder()
              .setRequestId(sample.getRequestId())
              .addTrueClasses(features.truth(sample)));
    }
    intake.reportFeedback(feedback.build());
  }

  private void mirror(IntakeServiceGrpc.IntakeServiceBlockingStub intake) {
    var request = mirror.next(champion, 40, traffic.millis);
    intake.reportMirrored(request);
    for (MirrorPair pair : request.getPairsList()) {
      traceOf(pair.getPrimary());
      traceOf(pair.getShadow());
    }
  }

  private void traceOf(MirrorSide side) {
    if (!side.getTraceId().isEmpty()) {
      TraceServiceGrpc.newBlockingStub(channel())
          .withDeadlineAfter(java.time.Duration.ofSeconds(2))
          .export(
              FakeSpans.of(
                  side.getTraceId(),
                  side.getVariant(),
                  traffic.millis * 1_000_000L,
                  side.getLatencyNanos(),
                  side.getStatus() != 0));
    }
  }

  private void trace(SimulatedTraffic.Quarter quarter) {
    var traces =
        TraceServiceGrpc.newBlockingStub(channel())
            .withDeadlineAfter(java.time.Duration.ofSeconds(2));
    quarter
        .outcomes()
        .getSlices(0)
        .getCellsList()
        .forEach(cell ->
            cell.getExemplarTraceIdsList()
                .forEach(id ->
                    traces.export(
                        FakeSpans.of(
                            id,
                            cell.getKey().getVariant(),
                            traffic.millis * 1_000_000L,
                            4_000_000 + random.nextInt(3_000_000),
                            cell.getErrorsCount() > 0))));
  }

  private void tellTheStory() {
    Rollout current = current();
    if (current == null) {
      if (quartersInChapter >= 32) {
        begin();
      }
      return;
    }
    if (current.getState() != RolloutState.PROGRESSING) {
      end();
      return;
    }
    Verdict verdict = registry.verdicts().isEmpty() ? null : registry.verdicts().getLast();
    boolean passing =
        verdict != null
            && verdict.getMayProceed()
            && verdict.getRolloutId().equals(current.getId())
            && verdict.getRolloutStep() == current.getStep();
    if (passing && quartersInChapter >= 60) {
      quartersInChapter = 0;
      nextStep(current);
    }
  }

  private @org.jspecify.annotations.Nullable Rollout current() {
    return registry.snapshot().getRolloutsList().stream()
        .filter(rollout -> rollout.getId().equals(traffic.rollout))
        .findFirst()
        .orElse(null);
  }

  private void begin() {
    quartersInChapter = 0;
    String version = Integer.toString(++chapter + 1);
    traffic.rollout = "rollout-" + chapter;
    traffic.baselineVersion = champion;
    traffic.canaryVersion = version;
    traffic.step = 0;
    traffic.canaryShare = 0.05;
    traffic.canary =
        switch (chapter % 4) {
          case 1 -> Behaviour.SOUND.withClasses(0.28, 0.72);
          case 2 -> Behaviour.SOUND;
          case 3 -> Behaviour.SOUND.withErrors(0.08);
          default -> Behaviour.SOUND.withMedianMillis(9);
        };
    workers.forEach(worker -> worker.load(List.of(champion, version)));
    var spec = RolloutSpec.newBuilder().setRoute(SimulatedTraffic.ROUTE).setCanaryVersion(version);
    for (int share : SHARES) {
      spec.addSteps(
          RolloutStep.newBuilder()
              .setCanaryBasisPoints(share)
              .setMinDuration(Duration.newBuilder().setSeconds(15))
              .setMinCanaryUnits(200));
    }
    registry.change(old ->
        withRoute(
            old.toBuilder()
                .addVersions(version(version))
                .addRollouts(
                    Rollout.newBuilder()
                        .setId(traffic.rollout)
                        .setModel(SimulatedTraffic.ROUTE)
                        .setBaselineVersion(champion)
                        .setState(RolloutState.PROGRESSING)
                        .setWaitingFor("15 s in this step")
                        .setCreatedAt(now())
                        .setEnteredAt(now())
                        .setSpec(spec))
                .build()));
  }

  private void nextStep(Rollout current) {
    int step = current.getStep() + 1;
    boolean done = step == SHARES.size();
    traffic.step = step;
    traffic.canaryShare = done ? 1 : SHARES.get(step) / 10_000.0;
    registry.change(old -> {
      Snapshot.Builder changed = old.toBuilder();
      for (Rollout.Builder rollout : changed.getRolloutsBuilderList()) {
        if (rollout.getId().equals(current.getId())) {
          if (done) {
            rollout
                .setState(RolloutState.COMPLETED)
                .setReason("all steps passed")
                .setVerdict(registry.verdicts().getLast())
                .setEndedAt(now());
          } else {
            rollout.setStep(step);
          }
          rollout.setEnteredAt(now());
        }
      }
      return withRoute(changed.build());
    });
  }

  private void end() {
    Rollout over = current();
    if (over != null && over.getState() == RolloutState.COMPLETED) {
      champion = over.getSpec().getCanaryVersion();
      traffic.baselineVersion = champion;
    }
    traffic.rollout = "";
    quartersInChapter = 0;
    registry.change(this::withRoute);
  }

  private Snapshot withRoute(Snapshot old) {
    Route.Builder route =
        Route.newBuilder()
            .setName(SimulatedTraffic.ROUTE)
            .setGeneration(old.getRevision())
            .setRolloutId(traffic.rollout)
            .setRolloutStep(traffic.step)
            .setMirror(SimulatedMirror.mirror());
    int share = traffic.rollout.isEmpty() ? 0 : (int) Math.round(traffic.canaryShare * 10_000);
    route.addVariants(
        Variant.newBuilder()
            .setName("baseline")
            .setModel(SimulatedTraffic.ROUTE)
            .setVersion(champion)
            .setArm(share > 0 ? Arm.ARM_BASELINE : Arm.ARM_UNSPECIFIED)
            .setWeightBasisPoints(10_000 - share));
    if (share > 0) {
      route.addVariants(
          Variant.newBuilder()
              .setName("canary")
              .setModel(SimulatedTraffic.ROUTE)
              .setVersion(traffic.canaryVersion)
              .setArm(Arm.ARM_CANARY)
              .setWeightBasisPoints(share));
    }
    diversion.ifPresent(route::setDiversion);
    return old.toBuilder().clearRoutes().addRoutes(route).build();
  }

  @Override
  public void close() throws InterruptedException {
    scheduler.close();
    if (monitor != null) {
      monitor.close();
    }
    workers.forEach(FakeWorker::close);
    registry.close();
  }

  private Timestamp now() {
    return Timestamp.newBuilder()
        .setSeconds(clock.now().getEpochSecond())
        .setNanos(clock.now().getNano())
        .build();
  }
}
