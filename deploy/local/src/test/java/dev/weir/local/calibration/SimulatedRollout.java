package dev.weir.local.calibration;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.rollout.Decision;
import dev.weir.registry.rollout.FleetView;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.rollout.RolloutSpecs;
import dev.weir.router.outcome.OutcomeConfig;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.policy.Decision.Routed;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.policy.RoutingTable;
import dev.weir.router.wire.KeyValue;
import dev.weir.router.wire.StatusCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * One rollout through the real cores of the mesh, with simulated requests, workers and time: the
 * router's table decides each request and its ledger counts it, the monitor's book judges what both
 * report, the registry's machine acts on each verdict. Nothing waits; the same seed gives the same
 * rollout.
 */
final class SimulatedRollout {
  private static final String MODEL = "m";
  private static final String ID = "rollout-1";
  private static final long TICK_MILLIS = 250;
  private static final int MOST_TICKS = 4 * 300;
  private static final double LABELLED_SHARE = 0.5;
  private static final double ACCURACY_TOLERANCE = 0.03;
  private static final Signature SIGNATURE =
      Signature.newBuilder().setClassOutput("label").setProbabilityOutput("p").build();

  private final Conditions conditions;
  private final RandomGenerator random;
  private final TestClock clock = new TestClock();
  private final List<OutcomeSlice> slices = new ArrayList<>();
  private final Deque<LabelledPrediction> labels = new ArrayDeque<>();
  private final EvidenceBook book;
  private final OutcomeLedger ledger;
  private Rollout rollout;
  private RoutingTable table;
  private long requests;
  private double accusedAfterSeconds = -1;

  /** What came of it. */
  record Result(RolloutState state, String reason, long requests, double seconds) {}

  SimulatedRollout(Conditions conditions, long seed) {
    this.conditions = conditions;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.book =
        new EvidenceBook(
            EvidenceConfig.defaults(),
            IntakeConfig.defaults(),
            new IntakeCounts(),
            clock,
            new Silence());
    this.ledger = new OutcomeLedger(OutcomeConfig.defaults(), clock, slices::add);
    this.rollout =
        Rollout.newBuilder()
            .setId(ID)
            .setModel(MODEL)
            .setBaselineVersion("1")
            .setSpec(RolloutSpecs.complete(spec(), SIGNATURE))
            .setState(RolloutState.PREPARING)
            .setCreatedAt(timestamp(clock.now()))
            .setEnteredAt(timestamp(clock.now()))
            .build();
    this.table = RoutingTable.compile(snapshot());
  }

  private static RolloutSpec spec() {
    var spec = RolloutSpec.newBuilder().setRoute(MODEL).setCanaryVersion("2");
    for (int share : List.of(500, 2_500, 5_000, 10_000)) {
      spec.addSteps(
          RolloutStep.newBuilder()
              .setCanaryBasisPoints(share)
              .setMinDuration(com.google.protobuf.Duration.newBuilder().setSeconds(10))
              .setMinCanaryUnits(50));
    }
    return spec.addGuardrails(guardrail("errors").setErrorRate(ErrorRate.getDefaultInstance()))
        .addGuardrails(
            guardrail("error_points")
                .setErrorRate(ErrorRate.newBuilder().setToleratedDifference(0.01)))
        .addGuardrails(guardrail("latency").setLatency(Latency.getDefaultInstance()))
        .addGuardrails(guardrail("classes").setPredictedClass(PredictedClass.getDefaultInstance()))
        .addGuardrails(
            guardrail("accuracy")
                .setLabelQuality(
                    LabelQuality.newBuilder().setToleratedDifference(ACCURACY_TOLERANCE)))
        .build();
  }

  private static Guardrail.Builder guardrail(String name) {
    return Guardrail.newBuilder().setName(name);
  }

  /** Runs it to its end, at most five minutes. */
  Result run() {
    book.follow(snapshot());
    for (int tick = 0; tick < MOST_TICKS && !RolloutMachine.isOver(rollout.getState()); tick++) {
      serve(tick * TICK_MILLIS / 1_000.0);
      clock.advance(Duration.ofMillis(TICK_MILLIS));
      ledger.tick();
      report();
      book.closeSamples();
      observe(book.verdicts().stream().findFirst());
    }
    return new Result(rollout.getState(), rollout.getReason(), requests, accusedAfterSeconds);
  }

  private void serve(double seconds) {
    int count = conditions.requests(random, seconds);
    var samples = ReportSamplesRequest.newBuilder().setWorker("worker-1");
    for (int i = 0; i < count; i++) {
      if (table.decide(Request.INSTANCE, random) instanceof Routed routed) {
        serve(routed, seconds, samples);
      }
    }
    if (!conditions.loses(random)) {
      book.takeSamples(samples.build());
    }
  }

  private void serve(Routed routed, double seconds, ReportSamplesRequest.Builder samples) {
    requests++;
    boolean canary = routed.cohort().arm() == Arm.ARM_CANARY;
    double excess = canary ? conditions.excess() : 0;
    boolean fails = random.nextDouble() < conditions.errorRate(seconds) * (1 + 0.1 * excess);
    double nanos = 5e6 * Math.exp(0.6 * random.nextGaussian()) * conditions.slowdown(seconds);
    ledger
        .start(routed)
        .finish(
            fails ? StatusCode.UNAVAILABLE : StatusCode.OK,
            (long) (nanos * (1 + 0.25 * excess) + 1e6 * excess),
            null);
    if (!fails) {
      predict(routed, seconds, excess, samples);
    }
  }

  private void predict(
      Routed routed, double seconds, double excess, ReportSamplesRequest.Builder samples) {
    double confidence = 0.5 + 0.5 * random.nextDouble();
    if (!conditions.keeps(random, confidence)) {
      return;
    }
    boolean positive = random.nextDouble() < conditions.positives(seconds);
    boolean right =
        random.nextDouble() < conditions.accuracy(seconds) - ACCURACY_TOLERANCE * excess;
    var sample =
        Sample.newBuilder()
            .setRequestId("r" + requests)
            .setModel(MODEL)
            .setVersion(routed.variant().served().version())
            .setAssignment(assignment(routed))
            .setAt(timestamp(clock.now()))
            .addPredictedClasses(positive ? "1" : "0")
            .addConfidences((float) confidence)
            .build();
    samples.addSamples(sample);
    if (random.nextDouble() < LABELLED_SHARE && !conditions.loses(random)) {
      labels.addLast(
          new LabelledPrediction(
              sample, Feedback.newBuilder().addTrueClasses(positive == right ? "1" : "0").build()));
    }
  }

  /** What the router writes into a request's metadata. */
  private static Assignment assignment(Routed routed) {
    var assignment = Assignment.newBuilder().setRoute(MODEL).setVariant(routed.variant().name());
    if (routed.isUnit()) {
      assignment
          .setArm(routed.cohort().arm())
          .setCanaryProbability(routed.cohort().canaryProbability())
          .setRolloutId(routed.cohort().rolloutId())
          .setRolloutStep(routed.cohort().rolloutStep())
          .setUnit(routed.unit());
    }
    return assignment.build();
  }

  private void report() {
    if (!slices.isEmpty()) {
      var report =
          ReportOutcomesRequest.newBuilder().setRouterProcess("router-1").addAllSlices(slices);
      book.takeOutcomes(report.build());
      // A lost acknowledgement makes the router send the slices again.
      if (!conditions.loses(random)) {
        slices.clear();
      }
    }
    // Labels are 3 s late: those of some twenty ticks wait.
    if (labels.size() > 300) {
      var batch = new ArrayList<LabelledPrediction>();
      while (labels.size() > 250) {
        batch.add(labels.removeFirst());
      }
      book.takeLabels(batch);
    }
  }

  private void observe(Optional<Verdict> verdict) {
    var event = new RolloutEvent.Observed(fleet(), verdict);
    if (RolloutMachine.decide(rollout, event, clock.now()) instanceof Decision.Change(var record)) {
      rollout = RolloutMachine.apply(rollout, record);
      if (rollout.getState() == RolloutState.ROLLED_BACK) {
        accusedAfterSeconds =
            Duration.between(
                        Instant.ofEpochSecond(rollout.getCreatedAt().getSeconds()), clock.now())
                    .toMillis()
                / 1e3;
      }
      table = RoutingTable.compile(snapshot());
      book.follow(snapshot());
    }
  }

  private static FleetView fleet() {
    return new FleetView(
        List.of(
            new FleetView.Worker(
                "worker-1",
                true,
                1,
                Map.of(
                    new VersionId(MODEL, 2),
                    new FleetView.VersionReport(VersionState.AVAILABLE, "")))));
  }

  private Snapshot snapshot() {
    int share = RolloutMachine.canaryBasisPoints(rollout);
    var route = Route.newBuilder().setName(MODEL);
    route.addVariants(variant("baseline", "1", 10_000 - share, Arm.ARM_BASELINE));
    route.addVariants(variant("canary", "2", share, Arm.ARM_CANARY));
    if (!RolloutMachine.isOver(rollout.getState())) {
      route.setRolloutId(ID).setRolloutStep(rollout.getStep());
    }
    return Snapshot.newBuilder()
        .setRevision(1)
        .addVersions(
            ModelVersion.newBuilder().setModel(MODEL).setVersion("2").setSignature(SIGNATURE))
        .addRoutes(route)
        .addRollouts(rollout)
        .build();
  }

  private static Variant variant(String name, String version, int weight, Arm arm) {
    return Variant.newBuilder()
        .setName(name)
        .setModel(MODEL)
        .setVersion(version)
        .setWeightBasisPoints(weight)
        .setArm(arm)
        .build();
  }

  private static Timestamp timestamp(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }

  /** A request that says nothing but its model. */
  private enum Request implements RequestFacts {
    INSTANCE;

    @Override
    public String model() {
      return MODEL;
    }

    @Override
    public String version() {
      return "";
    }

    @Override
    public @Nullable String header(String name) {
      return null;
    }

    @Override
    public @Nullable KeyValue parameter(String name) {
      return null;
    }
  }

  /** Nobody listens. */
  private static final class Silence implements EvidenceListener {
    @Override
    public void slice(OutcomeSlice slice) {}

    @Override
    public void samples(List<Sample> slice) {}

    @Override
    public void decided(Verdict verdict) {}
  }
}
