package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.stats.ArmUnits;
import dev.weir.monitor.stats.ErrorRateTest;
import dev.weir.monitor.stats.Evidence;
import dev.weir.monitor.stats.GuardrailTest;
import dev.weir.monitor.stats.LatencyTest;
import dev.weir.monitor.stats.PredictedClassTest;
import dev.weir.monitor.stats.ReleaseEvidence;
import dev.weir.monitor.stats.SampleRatioTest;
import dev.weir.monitor.stats.SeenUnits;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One rollout's tests and what they have seen. Only evidence of the rollout's own id counts; a step
 * changes the probability of the draws, not the tests, whose evidence and budget last as long as
 * the rollout. A decision to roll back is taken once and stands. Mutable, not thread-safe: the
 * evidence book's lock guards it.
 *
 * <p>A unit is judged by its outcome (errors and latency: failed or not, how long) and by its
 * sample (predicted class, of the first row when there are several). Outcomes and samples have a
 * sample-ratio test each: that of the outcomes guards the whole experiment, that of the samples
 * only the guardrails that live on samples.
 */
final class RolloutWatch {
  private static final int VERSION = 1;

  /** What the registry says about the rollout. */
  enum Phase {
    /** No traffic yet. */
    PREPARING,
    /** Verdicts are awaited. */
    ACTIVE,
    /** The registry has decided. */
    OVER
  }

  private final Rollout rollout;
  private final RolloutPlan plan;
  private final IntakeCounts counts;
  private final int maxStickyUnits;
  private final Map<String, GuardrailTest> tests = new HashMap<>();
  private final EvidenceHistory history = new EvidenceHistory();
  private SampleRatioTest outcomeRatio = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
  private SampleRatioTest sampleRatio = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
  private UnitLedger seenOutcomes;
  private UnitLedger seenSamples;
  private UnitLedger seenInStep;
  private Exemplars exemplars = new Exemplars();
  private long canaryRequests;
  private @Nullable Instant firstCanaryAt;
  private int step;
  private long stepCanaryUnits;
  private boolean comparing;
  private @Nullable Verdict decided;

  // The registry's word, renewed with each snapshot.
  private Phase phase = Phase.PREPARING;
  private boolean ratioOverruled;
  private boolean classDeclared;

  /**
   * A watch that has seen nothing.
   *
   * @param maxStickyUnits sticky units that each of its tests remembers, at least 1
   */
  RolloutWatch(Rollout rollout, int maxStickyUnits, IntakeCounts counts) {
    this.rollout = rollout;
    this.plan = RolloutPlan.of(rollout);
    this.counts = counts;
    this.maxStickyUnits = maxStickyUnits;
    this.seenOutcomes = emptyLedger();
    this.seenSamples = emptyLedger();
    this.seenInStep = emptyLedger();
    for (RolloutPlan.Planned planned : plan.guardrails()) {
      tests.put(planned.name(), planned.statement().newTest());
    }
  }

  private UnitLedger emptyLedger() {
    return new UnitLedger(new SeenUnits(maxStickyUnits), counts);
  }

  RolloutPlan plan() {
    return plan;
  }

  Phase phase() {
    return phase;
  }

  /** The registry's word that it needs no more verdicts. */
  void over() {
    phase = Phase.OVER;
  }

  /**
   * Takes the registry's newest word.
   *
   * @param canaryDeclaresClass the canary's signature names a class output
   */
  void follow(Rollout newest, boolean canaryDeclaresClass) {
    classDeclared = canaryDeclaresClass;
    ratioOverruled = newest.getOverruledList().contains("sample_ratio");
    if (phase != Phase.OVER) {
      phase =
          switch (newest.getState()) {
            case PROGRESSING, PAUSED -> Phase.ACTIVE;
            case COMPLETED, ROLLED_BACK, FAILED, ABORTED -> Phase.OVER;
            case PREPARING, ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED -> Phase.PREPARING;
          };
    }
  }

  /**
   * Takes a slice of outcomes that was not taken before.
   *
   * @return whether anything in it was about this rollout
   */
  boolean takeSlice(OutcomeSlice slice) {
    OutcomeTally tally = OutcomeTally.of(slice, plan, seenOutcomes);
    if (tally.isEmpty()) {
      return false;
    }
    canaryRequests += tally.canaryRequests();
    if (tally.canaryRequests() > 0) {
      Instant start =
          Instant.ofEpochSecond(slice.getStart().getSeconds(), slice.getStart().getNanos());
      if (firstCanaryAt == null || start.isBefore(firstCanaryAt)) {
        firstCanaryAt = start;
      }
    }
    exemplars.failing(tally.failingTraces());
    exemplars.other(tally.otherTraces());
    countStep(tally);
    if (decided != null || tally.draws().isEmpty()) {
      return true;
    }
    comparing = false;
    for (DrawOutcomes draw : tally.draws()) {
      outcomeRatio.update(draw.canaryProbability(), draw.units());
      comparing |= draw.canaryProbability() > 0 && draw.canaryProbability() < 1;
      for (GuardrailTest test : tests.values()) {
        switch (test) {
          case ErrorRateTest errors -> errors.update(draw.canaryProbability(), draw.errors());
          case LatencyTest latency ->
              latency.update(
                  draw.canaryProbability(), draw.canary().latencies(), draw.baseline().latencies());
          case PredictedClassTest samplesOnly -> {
            // fed by samples
          }
        }
      }
    }
    outcomeRatio.closeSlice();
    tests.values().stream()
        .filter(test -> !(test instanceof PredictedClassTest))
        .forEach(GuardrailTest::closeSlice);
    return true;
  }

  private void countStep(OutcomeTally tally) {
    if (tally.newestStep() > step) {
      step = tally.newestStep();
      stepCanaryUnits = 0;
      seenInStep = emptyLedger();
    }
    if (tally.newestStep() == step) {
      stepCanaryUnits += tally.canaryUnits(step);
      stepCanaryUnits += tally.stickyCanaryUnits().stream().filter(seenInStep::admit).count();
    }
  }

  /**
   * Takes a closed slice of samples.
   *
   * @return whether anything in it was about this rollout
   */
  boolean takeSamples(List<Sample> slice) {
    var draws = new TreeMap<Double, ClassCounts>();
    for (Sample sample : slice) {
      Assignment assignment = sample.getAssignment();
      boolean ofACanaryUnit = assignment.getArm() == Arm.ARM_CANARY;
      if (!assignment.getRolloutId().equals(plan.rolloutId())
          || !(ofACanaryUnit || assignment.getArm() == Arm.ARM_BASELINE)
          || sample.getPredictedClassesCount() == 0
          || (assignment.getSticky() && !seenSamples.admit(assignment.getUnit()))) {
        continue;
      }
      String predicted = sample.getPredictedClasses(0);
      ClassCounts draw =
          draws.computeIfAbsent(assignment.getCanaryProbability(), p -> new ClassCounts());
      (ofACanaryUnit ? draw.canary : draw.baseline).merge(predicted, 1L, Long::sum);
      exemplars.predicted(predicted, ofACanaryUnit, sample.getTraceId());
    }
    if (draws.isEmpty()) {
      return false;
    }
    if (decided == null) {
      draws.forEach(this::judgeClasses);
      sampleRatio.closeSlice();
      tests.values().stream()
          .filter(PredictedClassTest.class::isInstance)
          .forEach(GuardrailTest::closeSlice);
    }
    return true;
  }

  private void judgeClasses(double canaryProbability, ClassCounts draw) {
    sampleRatio.update(canaryProbability, draw.units());
    for (GuardrailTest test : tests.values()) {
      if (test instanceof PredictedClassTest classes) {
        classes.update(canaryProbability, draw.canary, draw.baseline);
      }
    }
  }

  private static final class ClassCounts {
    final Map<String, Long> canary = new TreeMap<>();
    final Map<String, Long> baseline = new TreeMap<>();

    ArmUnits units() {
      return new ArmUnits(sum(canary), sum(baseline));
    }

    private static long sum(Map<String, Long> counts) {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Decides when the evidence is enough.
   *
   * @return whether it was decided just now to roll back
   */
  boolean settle(Instant now) {
    if (decided != null || phase == Phase.OVER) {
      return false;
    }
    VerdictDraft draft = draft(now);
    if (!draft.rollsBack()) {
      return false;
    }
    decided = draft.verdict();
    return true;
  }

  /** What the evidence says now. */
  Verdict verdict(Instant now) {
    Verdict standing = decided;
    if (standing == null) {
      return draft(now).verdict();
    }
    // The decision stands; how many requests it came too late for is still being counted.
    return standing.toBuilder().setCanaryRequests(canaryRequests).build();
  }

  private VerdictDraft draft(Instant now) {
    return VerdictDraft.of(
        plan,
        tests.entrySet().stream()
            .collect(
                HashMap<String, Evidence>::new,
                (all, test) -> all.put(test.getKey(), test.getValue().evidence()),
                HashMap::putAll),
        new VerdictDraft.Circumstances(
            now,
            firstCanaryAt,
            canaryRequests,
            step,
            stepCanaryUnits,
            comparing,
            classDeclared,
            outcomeRatio.invalid() && !ratioOverruled,
            outcomeRatio.evidence(),
            sampleRatio.invalid(),
            sampleRatio.evidence(),
            outcomeRatio.logThreshold()),
        exemplars);
  }

  /** Notes the evidence for the chart. */
  void note(Instant now) {
    if (decided != null || phase == Phase.OVER) {
      return;
    }
    var logs = new ArrayList<Double>();
    var shares = new ArrayList<ReleaseEvidence.Share>();
    for (RolloutPlan.Planned planned : plan.guardrails()) {
      Evidence evidence = test(planned.name()).evidence();
      logs.add(evidence.logE());
      shares.add(
          new ReleaseEvidence.Share(planned.name(), planned.weight(), planned.action(), evidence));
    }
    logs.add(ReleaseEvidence.of(plan.alpha(), shares).logE());
    history.add(new EvidenceHistory.Point(now.toEpochMilli(), logs));
  }

  List<EvidenceHistory.Point> history() {
    return history.points();
  }

  private GuardrailTest test(String name) {
    GuardrailTest test = tests.get(name);
    if (test == null) {
      throw new IllegalStateException("no test of guardrail " + name + " in " + tests.keySet());
    }
    return test;
  }

  /**
   * {@code int32 version, the rollout as a message, its tests, the ratio tests, the sticky units,
   * the counters, the exemplars, the decision}: byte strings with their length first.
   */
  void writeTo(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    writeBytes(out, rollout.toByteArray());
    out.writeInt(maxStickyUnits);
    for (RolloutPlan.Planned planned : plan.guardrails()) {
      writeBytes(out, test(planned.name()).toBytes());
    }
    writeBytes(out, outcomeRatio.toBytes());
    writeBytes(out, sampleRatio.toBytes());
    writeBytes(out, seenOutcomes.toBytes());
    writeBytes(out, seenSamples.toBytes());
    writeBytes(out, seenInStep.toBytes());
    out.writeLong(canaryRequests);
    Instant first = firstCanaryAt;
    out.writeBoolean(first != null);
    if (first != null) {
      out.writeLong(first.getEpochSecond());
      out.writeInt(first.getNano());
    }
    out.writeInt(step);
    out.writeLong(stepCanaryUnits);
    out.writeBoolean(comparing);
    out.writeBoolean(phase == Phase.OVER);
    exemplars.writeTo(out);
    Verdict standing = decided;
    writeBytes(out, standing == null ? new byte[0] : standing.toByteArray());
  }

  /**
   * The watch that {@link #writeTo} wrote.
   *
   * @throws IOException or IllegalArgumentException when it is damaged
   */
  static RolloutWatch readFrom(DataInput in, IntakeCounts counts) throws IOException {
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException("watch version " + version + " (expected: " + VERSION + ")");
    }
    Rollout rollout = Rollout.parseFrom(readBytes(in));
    var watch = new RolloutWatch(rollout, in.readInt(), counts);
    for (RolloutPlan.Planned planned : watch.plan.guardrails()) {
      watch.tests.put(planned.name(), GuardrailTest.fromBytes(readBytes(in)));
    }
    watch.outcomeRatio = SampleRatioTest.fromBytes(readBytes(in));
    watch.sampleRatio = SampleRatioTest.fromBytes(readBytes(in));
    watch.seenOutcomes = new UnitLedger(SeenUnits.fromBytes(readBytes(in)), counts);
    watch.seenSamples = new UnitLedger(SeenUnits.fromBytes(readBytes(in)), counts);
    watch.seenInStep = new UnitLedger(SeenUnits.fromBytes(readBytes(in)), counts);
    watch.canaryRequests = in.readLong();
    if (in.readBoolean()) {
      watch.firstCanaryAt = Instant.ofEpochSecond(in.readLong(), in.readInt());
    }
    watch.step = in.readInt();
    watch.stepCanaryUnits = in.readLong();
    watch.comparing = in.readBoolean();
    // Until a snapshot says otherwise: a verdict that is not awaited does no harm.
    watch.phase =
        in.readBoolean()
            ? Phase.OVER
            : rollout.getState() == RolloutState.PREPARING ? Phase.PREPARING : Phase.ACTIVE;
    watch.exemplars = Exemplars.readFrom(in);
    byte[] verdict = readBytes(in);
    watch.decided = verdict.length == 0 ? null : Verdict.parseFrom(verdict);
    return watch;
  }

  private static void writeBytes(DataOutput out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] readBytes(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("length " + length + " (expected: 0 or more)");
    }
    var bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }
}
