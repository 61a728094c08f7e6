package dev.weir.monitor.guardrail;

import static dev.weir.monitor.simulated.SimulatedTraffic.ROLLOUT;
import static dev.weir.monitor.simulated.SimulatedTraffic.ROUTE;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.intake.EvidenceMemory;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An evidence book with a clock that stands still until told, and one rollout in it. */
final class BookUnderTest implements EvidenceListener {
  private static final long FIRST_SLICE_MILLIS = 1_767_225_600_000L;

  final TestClock clock;
  final IntakeCounts counts = new IntakeCounts();
  final List<Verdict> decided = new ArrayList<>();
  final List<OutcomeSlice> slices = new ArrayList<>();
  final List<Sample> samples = new ArrayList<>();
  final EvidenceBook book;
  private int reports;

  BookUnderTest() {
    this(new TestClock(), EvidenceConfig.defaults());
  }

  BookUnderTest(TestClock clock, EvidenceConfig config) {
    this(clock, config, List.of());
  }

  BookUnderTest(TestClock clock, EvidenceConfig config, List<EvidenceMemory> memories) {
    this.clock = clock;
    this.book =
        new EvidenceBook(
            config, IntakeConfig.defaults(), counts, clock, this, EvidenceJournal.NONE, memories);
  }

  static Rollout rollout(Guardrail... guardrails) {
    var spec =
        RolloutSpec.newBuilder()
            .setRoute(ROUTE)
            .setCanaryVersion("2")
            .addAllGuardrails(List.of(guardrails));
    for (int share : List.of(500, 2_500, 5_000, 10_000)) {
      spec.addSteps(
          RolloutStep.newBuilder().setCanaryBasisPoints(share).setMinCanaryUnits(100).build());
    }
    return Rollout.newBuilder()
        .setId(ROLLOUT)
        .setModel(ROUTE)
        .setBaselineVersion("1")
        .setState(RolloutState.PROGRESSING)
        .setEnteredAt(Timestamp.newBuilder().setSeconds(1_767_225_600L))
        .setSpec(spec)
        .build();
  }

  static Snapshot snapshot(Rollout rollout) {
    return Snapshot.newBuilder()
        .setRevision(1)
        .setEpoch("e")
        .addVersions(
            ModelVersion.newBuilder()
                .setModel(ROUTE)
                .setVersion("2")
                .setSignature(Signature.newBuilder().setClassOutput("label")))
        .addRollouts(rollout)
        .build();
  }

  /** Takes a quarter of a second of traffic. */
  void take(SimulatedTraffic.Quarter quarter) {
    clock.advance(Duration.ofMillis(250));
    book.takeOutcomes(quarter.outcomes());
    book.takeSamples(quarter.samples());
    book.closeSamples();
  }

  /** Takes a fifth of a second of samples of one worker; they are judged a second later. */
  void takeSlice(List<Sample> slice) {
    clock.advance(Duration.ofMillis(200));
    long millis = FIRST_SLICE_MILLIS + 200L * reports++;
    var report = ReportSamplesRequest.newBuilder().setWorker("worker-9");
    for (Sample sample : slice) {
      report.addSamples(
          sample.toBuilder()
              .setAt(
                  Timestamp.newBuilder()
                      .setSeconds(millis / 1_000)
                      .setNanos((int) (millis % 1_000) * 1_000_000)));
    }
    book.takeSamples(report.build());
    book.closeSamples();
  }

  /** Takes traffic until it is decided to roll back, at most this long; returns the quarters. */
  int takeUntilDecided(SimulatedTraffic traffic, int mostSeconds) {
    for (int quarter = 1; quarter <= mostSeconds * 4; quarter++) {
      take(traffic.next());
      if (!decided.isEmpty()) {
        return quarter;
      }
    }
    return mostSeconds * 4;
  }

  Verdict verdict() {
    return book.verdicts().getFirst();
  }

  @Override
  public void slice(OutcomeSlice slice) {
    slices.add(slice);
  }

  @Override
  public void samples(List<Sample> slice) {
    samples.addAll(slice);
  }

  @Override
  public void decided(Verdict verdict) {
    decided.add(verdict);
  }
}
