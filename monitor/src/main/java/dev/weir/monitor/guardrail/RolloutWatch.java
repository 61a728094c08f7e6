package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.ImageBytes;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.ArmUnits;
import dev.weir.monitor.stats.Evidence;
import dev.weir.monitor.stats.GuardrailTest;
import dev.weir.monitor.stats.ReleaseEvidence;
import dev.weir.monitor.stats.SampleRatioTest;
import dev.weir.monitor.stats.SeenUnits;
import dev.weir.proto.monitor.v1.MirrorPair;
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
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final int VERSION = 2;

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
  private final Map<String, Judge> judges = new HashMap<>();
  private final EvidenceHistory history = new EvidenceHistory();
  private SampleRatioTest outcomeRatio = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
  private SampleRatioTest sampleRatio = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
  private SampleRatioTest labelRatio = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
  private final Map<String, SampleRatioTest> businessRatios = new TreeMap<>();
  private UnitLedger seenOutcomes;
  private UnitLedger seenSamples;
  private UnitLedger seenLabels;
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
  private SampleUnit.Promised promised = SampleUnit.Promised.NOTHING;

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
    this.seenLabels = emptyLedger();
    this.seenInStep = emptyLedger();
    for (RolloutPlan.Planned planned : plan.guardrails()) {
      judges.put(planned.name(), planned.statement().judge(planned.statement().newTest()));
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
   * @param answers what the canary's signature promises
   */
  void follow(Rollout newest, SampleUnit.Promised answers) {
    promised = answers;
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
      for (Judge judge : judges.values()) {
        if (judge instanceof Judge.OfOutcomes outcomes) {
          outcomes.take().accept(draw);
        }
      }
    }
    outcomeRatio.closeSlice();
    closeSlice(Judge.OfOutcomes.class);
    return true;
  }

  private void closeSlice(Class<? extends Judge> fed) {
    judges.values().stream().filter(fed::isInstance).forEach(judge -> judge.test().closeSlice());
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
    var units = new ArrayList<SampleUnit>();
    for (Sample sample : slice) {
      if (isUnitOfThis(sample.getAssignment())
          && hasContent(sample)
          && (!sample.getAssignment().getSticky()
              || seenSamples.admit(sample.getAssignment().getUnit()))) {
        var unit = new SampleUnit(sample, promised);
        units.add(unit);
        unit.predictedClass()
            .ifPresent(name -> exemplars.predicted(name, unit.canary(), sample.getTraceId()));
      }
    }
    if (units.isEmpty()) {
      return false;
    }
    if (decided == null) {
      judgeSamples(units);
    }
    return true;
  }

  private boolean isUnitOfThis(Assignment assignment) {
    return assignment.getRolloutId().equals(plan.rolloutId())
        && (assignment.getArm() == Arm.ARM_CANARY || assignment.getArm() == Arm.ARM_BASELINE);
  }

  /**
   * Whether there is anything to judge in a sample. Without a class where one is promised it counts
   * for data quality only when some guardrail asks for it.
   */
  private boolean hasContent(Sample sample) {
    return sample.getPredictedClassesCount() > 0
        || judges.values().stream()
            .anyMatch(judge ->
                judge instanceof Judge.OfSamples ofSamples
                    && ofSamples.concerned().test(new SampleUnit(sample, promised)));
  }

  private void judgeSamples(List<SampleUnit> units) {
    ratios(units.stream().map(u -> new Drawn(u.canaryProbability(), u.canary())).toList())
        .forEach(sampleRatio::update);
    sampleRatio.closeSlice();
    for (Judge judge : judges.values()) {
      if (judge instanceof Judge.OfSamples ofSamples) {
        ofSamples.take().accept(units);
      }
    }
    closeSlice(Judge.OfSamples.class);
  }

  private record Drawn(double canaryProbability, boolean canary) {}

  private static Map<Double, ArmUnits> ratios(List<Drawn> units) {
    var counts = new TreeMap<Double, ArmUnits>();
    for (Drawn unit : units) {
      counts.merge(
          unit.canaryProbability(),
          unit.canary() ? new ArmUnits(1, 0) : new ArmUnits(0, 1),
          (a, b) -> new ArmUnits(a.canary() + b.canary(), a.baseline() + b.baseline()));
    }
    return counts;
  }

  /**
   * Takes labels that found their prediction, each for the first time.
   *
   * @return whether any of them was about this rollout
   */
  boolean takeLabels(List<LabelledPrediction> labels) {
    var units = new ArrayList<LabelledUnit>();
    for (LabelledPrediction labelled : labels) {
      Assignment assignment = labelled.sample().getAssignment();
      if (isUnitOfThis(assignment)
          && (!assignment.getSticky() || seenLabels.admit(assignment.getUnit()))) {
        var unit =
            LabelledUnit.of(
                labelled.sample(), labelled.label(), assignment.getArm() == Arm.ARM_CANARY);
        units.add(unit);
        if (unit.canary() && unit.isWrong()) {
          exemplars.wrong(unit.requestId(), labelled.sample().getTraceId());
        }
      }
    }
    if (units.isEmpty() || decided != null) {
      return !units.isEmpty();
    }
    ratios(units.stream().map(u -> new Drawn(u.canaryProbability(), u.canary())).toList())
        .forEach(labelRatio::update);
    labelRatio.closeSlice();
    for (Judge judge : judges.values()) {
      if (judge instanceof Judge.OfLabels ofLabels) {
        ofLabels.take().accept(units);
      }
    }
    closeSlice(Judge.OfLabels.class);
    return true;
  }

  /**
   * Takes numbers that users report about units.
   *
   * @return whether any of them was about this rollout
   */
  boolean takeBusiness(List<BusinessUnit> reported) {
    boolean any = false;
    for (Judge judge : judges.values()) {
      if (judge instanceof Judge.OfBusiness business && decided == null) {
        List<BusinessUnit> units =
            reported.stream()
                .filter(unit -> unit.metric().equals(business.metric()))
                .filter(unit -> unit.rolloutId().equals(plan.rolloutId()))
                .toList();
        if (!units.isEmpty()) {
          any = true;
          SampleRatioTest ratio =
              businessRatios.computeIfAbsent(
                  business.metric(), metric -> new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA));
          ratios(units.stream().map(u -> new Drawn(u.canaryProbability(), u.canary())).toList())
              .forEach(ratio::update);
          ratio.closeSlice();
          business.take().accept(units);
        }
      }
    }
    if (any) {
      closeSlice(Judge.OfBusiness.class);
    }
    return any;
  }

  /**
   * Takes pairs of a mirror.
   *
   * @return whether any of them was about this rollout
   */
  boolean takePairs(List<MirrorPair> pairs) {
    List<Boolean> disagreeing =
        pairs.stream()
            .filter(pair -> pair.getRoute().equals(plan.route()))
            .filter(pair -> pair.getShadow().getVersion().equals(plan.canaryVersion()))
            .filter(pair -> pair.getPrimary().getStatus() == 0 && pair.getCompared())
            .map(RolloutWatch::disagrees)
            .toList();
    if (disagreeing.isEmpty() || decided != null) {
      return !disagreeing.isEmpty();
    }
    boolean any = false;
    for (Judge judge : judges.values()) {
      if (judge instanceof Judge.OfPairs ofPairs) {
        any = true;
        ofPairs.take().accept(disagreeing);
      }
    }
    closeSlice(Judge.OfPairs.class);
    return any;
  }

  private static boolean disagrees(MirrorPair pair) {
    return pair.getShadow().getStatus() != 0
        || pair.getUnlikeOutputsCount() > 0
        || pair.getOutputsList().stream()
            .anyMatch(output -> output.getRowsAgreeing() < output.getRows());
  }

  /**
   * Decides when the evidence is enough.
   *
   * @return whether it was decided just now to roll back
   */
  boolean settle(Instant now) {
    if (decided != null || phase == Phase.OVER || !mayRollBack()) {
      return false;
    }
    VerdictDraft draft = draft(now);
    if (!draft.rollsBack()) {
      return false;
    }
    decided = draft.verdict();
    return true;
  }

  /**
   * Whether it is worth a draft to see whether to roll back: words, effects and intervals cost much
   * more than the evidence, and are hardly ever needed.
   */
  private boolean mayRollBack() {
    double logThreshold = -Math.log(plan.alpha());
    double sum = 0;
    for (RolloutPlan.Planned planned : plan.guardrails()) {
      if (planned.action() == ReleaseEvidence.Action.ROLLBACK) {
        GuardrailTest test = test(planned.name());
        if (test.maxLogEvidence() >= logThreshold - Math.log(planned.weight())) {
          return true;
        }
        sum += planned.weight() * Math.exp(test.logEvidence() - logThreshold);
      }
    }
    return sum >= 1 - 1e-9;
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
        judges.entrySet().stream()
            .collect(
                HashMap<String, Evidence>::new,
                (all, judge) -> all.put(judge.getKey(), judge.getValue().test().evidence()),
                HashMap::putAll),
        new VerdictDraft.Circumstances(
            now,
            firstCanaryAt,
            canaryRequests,
            step,
            stepCanaryUnits,
            comparing,
            promised.predictedClass(),
            outcomeRatio.invalid() && !ratioOverruled,
            outcomeRatio.evidence(),
            this::coverage,
            outcomeRatio.logThreshold()),
        exemplars);
  }

  /** Whether what a statement lives on was reported for both arms alike; empty: not in question. */
  private Optional<SampleRatioTest> coverage(Statement statement) {
    return switch (statement) {
      case Statement.ErrorRatio _,
          Statement.ErrorShare _,
          Statement.Latency _,
          Statement.Shadow _ ->
          Optional.empty();
      case Statement.PredictedClass _,
          Statement.Score _,
          Statement.Confidence _,
          Statement.DataQuality _ ->
          Optional.of(sampleRatio);
      case Statement.LabelQuality _ -> Optional.of(labelRatio);
      case Statement.Business business ->
          Optional.ofNullable(businessRatios.get(business.metric()));
    };
  }

  /** Takes new names for what is to be forgotten; whether there was any of the old ones. */
  boolean rename(Renaming to) {
    boolean any = exemplars.rename(to);
    any |= seenOutcomes.rename(to);
    any |= seenSamples.rename(to);
    any |= seenLabels.rename(to);
    any |= seenInStep.rename(to);
    Verdict standing = decided;
    if (standing != null) {
      decided = to.verdict(standing);
      any |= !standing.equals(decided);
    }
    return any;
  }

  /** Notes the evidence for the chart. */
  void note(Instant now) {
    if (decided != null || phase == Phase.OVER) {
      return;
    }
    var logs = new ArrayList<Double>();
    var within = new ArrayList<Double>();
    var shares = new ArrayList<ReleaseEvidence.Share>();
    for (RolloutPlan.Planned planned : plan.guardrails()) {
      Evidence evidence = test(planned.name()).evidence();
      logs.add(evidence.logE());
      within.add(evidence.maxLogWithin());
      shares.add(
          new ReleaseEvidence.Share(planned.name(), planned.weight(), planned.action(), evidence));
    }
    logs.add(ReleaseEvidence.of(plan.alpha(), shares).logE());
    history.add(new EvidenceHistory.Point(now.toEpochMilli(), logs, within));
  }

  List<EvidenceHistory.Point> history() {
    return history.points();
  }

  private GuardrailTest test(String name) {
    Judge judge = judges.get(name);
    if (judge == null) {
      throw new IllegalStateException("no test of guardrail " + name + " in " + judges.keySet());
    }
    return judge.test();
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
    writeBytes(out, labelRatio.toBytes());
    out.writeInt(businessRatios.size());
    for (Map.Entry<String, SampleRatioTest> ratio : businessRatios.entrySet()) {
      out.writeUTF(ratio.getKey());
      writeBytes(out, ratio.getValue().toBytes());
    }
    writeBytes(out, seenOutcomes.toBytes());
    writeBytes(out, seenSamples.toBytes());
    writeBytes(out, seenLabels.toBytes());
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
    Rollout rollout = Rollout.parseFrom(ImageBytes.read(in));
    var watch = new RolloutWatch(rollout, in.readInt(), counts);
    for (RolloutPlan.Planned planned : watch.plan.guardrails()) {
      watch.judges.put(
          planned.name(), judge(planned, GuardrailTest.fromBytes(ImageBytes.read(in))));
    }
    watch.outcomeRatio = SampleRatioTest.fromBytes(ImageBytes.read(in));
    watch.sampleRatio = SampleRatioTest.fromBytes(ImageBytes.read(in));
    watch.labelRatio = SampleRatioTest.fromBytes(ImageBytes.read(in));
    int businessMetrics = in.readInt();
    for (int i = 0; i < businessMetrics; i++) {
      watch.businessRatios.put(in.readUTF(), SampleRatioTest.fromBytes(ImageBytes.read(in)));
    }
    watch.seenOutcomes = new UnitLedger(SeenUnits.fromBytes(ImageBytes.read(in)), counts);
    watch.seenSamples = new UnitLedger(SeenUnits.fromBytes(ImageBytes.read(in)), counts);
    watch.seenLabels = new UnitLedger(SeenUnits.fromBytes(ImageBytes.read(in)), counts);
    watch.seenInStep = new UnitLedger(SeenUnits.fromBytes(ImageBytes.read(in)), counts);
    watch.canaryRequests = in.readLong();
    if (in.readBoolean()) {
      watch.firstCanaryAt = instant(in.readLong(), in.readInt());
    }
    watch.step = in.readInt();
    if (watch.step < 0) {
      throw new IOException("step: " + watch.step + " (expected: 0 or more)");
    }
    watch.stepCanaryUnits = in.readLong();
    watch.comparing = in.readBoolean();
    // Until a snapshot says otherwise: a verdict that is not awaited does no harm.
    watch.phase =
        in.readBoolean()
            ? Phase.OVER
            : rollout.getState() == RolloutState.PREPARING ? Phase.PREPARING : Phase.ACTIVE;
    watch.exemplars = Exemplars.readFrom(in);
    byte[] verdict = ImageBytes.read(in);
    watch.decided = verdict.length == 0 ? null : Verdict.parseFrom(verdict);
    return watch;
  }

  private static Judge judge(RolloutPlan.Planned planned, GuardrailTest test) throws IOException {
    try {
      return planned.statement().judge(test);
    } catch (ClassCastException e) {
      throw new IOException(planned.name() + ": the state of a test of another kind", e);
    }
  }

  private static Instant instant(long seconds, int nanos) throws IOException {
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException | ArithmeticException e) {
      throw new IOException("first canary: " + seconds + " s (expected: a time)", e);
    }
  }

  private static void writeBytes(DataOutput out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
