package dev.weir.monitor.replay;

import static dev.weir.monitor.simulated.SimulatedTraffic.ROLLOUT;
import static dev.weir.monitor.simulated.SimulatedTraffic.ROUTE;

import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.guardrail.Renaming;
import dev.weir.monitor.guardrail.WhatIf;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.monitor.store.EvidenceErasure;
import dev.weir.monitor.store.EvidenceFile;
import dev.weir.monitor.store.EvidenceKeeper;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One rollout whose evidence and journal are kept on disk, with a router that sends what is not
 * acknowledged again; can be killed at any time.
 */
final class RecordedRollout implements EvidenceListener {
  final Path folder;
  final TestClock clock = new TestClock();
  final ReplayCounts counts = new ReplayCounts();
  final List<Verdict> decided = new ArrayList<>();
  private final ReplayConfig config;
  private final List<OutcomeSlice> pending = new ArrayList<>();
  private Rollout rollout;
  private EvidenceBook book;
  private JournalFolder journals;
  private EvidenceKeeper keeper;
  private final EvidenceFile intent;

  RecordedRollout(Path folder, Guardrail... guardrails) throws IOException {
    this(folder, ReplayConfig.defaults(), guardrails);
  }

  RecordedRollout(Path folder, ReplayConfig config, Guardrail... guardrails) throws IOException {
    this.folder = folder;
    this.config = config;
    this.rollout =
        Rollout.newBuilder()
            .setId(ROLLOUT)
            .setModel(ROUTE)
            .setBaselineVersion("1")
            .setState(RolloutState.PROGRESSING)
            .setSpec(
                RolloutSpec.newBuilder()
                    .setRoute(ROUTE)
                    .setCanaryVersion("2")
                    .addAllGuardrails(List.of(guardrails))
                    .addSteps(
                        RolloutStep.newBuilder().setCanaryBasisPoints(500).setMinCanaryUnits(100)))
            .build();
    this.intent = new EvidenceFile(folder.resolve("erasing.bin"));
    this.journals = newJournals();
    this.book = newBook();
    this.keeper = newKeeper();
    follow();
  }

  private JournalFolder newJournals() {
    return new JournalFolder(folder.resolve("replay"), config, counts);
  }

  private EvidenceBook newBook() {
    return new EvidenceBook(
        EvidenceConfig.defaults(),
        IntakeConfig.defaults(),
        new IntakeCounts(),
        clock,
        this,
        journals,
        List.of());
  }

  private EvidenceKeeper newKeeper() {
    return new EvidenceKeeper(
        new EvidenceFile(folder.resolve("evidence.bin")), book, new Readiness(), journals::flush);
  }

  EvidenceBook book() {
    return book;
  }

  private void follow() {
    book.follow(
        Snapshot.newBuilder()
            .addVersions(
                ModelVersion.newBuilder()
                    .setModel(ROUTE)
                    .setVersion("2")
                    .setSignature(
                        Signature.newBuilder()
                            .setClassOutput("label")
                            .setProbabilityOutput("probabilities")))
            .addRollouts(rollout)
            .build());
  }

  /** The registry's word. */
  void become(RolloutState state, String... overruled) {
    rollout =
        rollout.toBuilder()
            .setState(state)
            .clearOverruled()
            .addAllOverruled(List.of(overruled))
            .build();
    follow();
  }

  void take(SimulatedTraffic.Quarter quarter) {
    clock.advance(Duration.ofMillis(250));
    pending.addAll(quarter.outcomes().getSlicesList());
    long taken =
        book.takeOutcomes(
            ReportOutcomesRequest.newBuilder()
                .setRouterProcess(quarter.outcomes().getRouterProcess())
                .addAllSlices(pending)
                .build());
    pending.removeIf(slice -> slice.getSequence() <= taken);
    book.takeSamples(quarter.samples());
    book.closeSamples();
  }

  void save() {
    keeper.save();
  }

  /** The journal reaches the disk, the evidence does not. */
  void flushOnly() {
    journals.flush();
  }

  /** The process is killed and started again. */
  void kill() throws IOException {
    journals = newJournals();
    book = newBook();
    keeper = newKeeper();
    keeper.load();
    erasure().finish();
    follow();
  }

  private EvidenceErasure erasure() {
    return new EvidenceErasure(
        intent, book, journals, keeper::save, Randomness.seeded(clock.nanoTime() + 1));
  }

  /** What else stands for it, and it, are forgotten; returns all of it. */
  Erasure erase(Erasure erasure) {
    Erasure all = erasure.with(erasure().alsoKnownAs(erasure));
    erasure().erase(all);
    return all;
  }

  /** The same, but the process is killed on the way: before anything, or before the last step. */
  void eraseAndBeKilled(Erasure erasure, boolean atOnce) throws IOException {
    Renaming renaming = Renaming.of(erasure, Randomness.seeded(99));
    intent.save(renaming.toBytes());
    if (!atOnce) {
      journals.rename(renaming, () -> book.rename(renaming));
    }
    kill();
  }

  Path file() {
    return JournalFolder.file(folder.resolve("replay"), ROLLOUT);
  }

  ReplayedRollout replayed() throws IOException {
    return ReplayedRollout.of(file(), WhatIf.NOTHING);
  }

  record Report(int status, String text) {}

  Report report(WhatIf whatIf) throws IOException {
    var text = new ByteArrayOutputStream();
    try (var out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
      int status = ReplayReport.print(folder, Optional.empty(), whatIf, out);
      return new Report(status, text.toString(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void slice(OutcomeSlice slice) {
    // only verdicts matter here
  }

  @Override
  public void samples(List<Sample> slice) {
    // only verdicts matter here
  }

  @Override
  public void decided(Verdict verdict) {
    decided.add(verdict);
  }
}
