package dev.weir.monitor.guardrail;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollouts that are watched, at most so many, and the journal of what each of them was fed.
 * What changes evidence says so, for the evidence to be saved. Not thread-safe: the evidence book's
 * lock guards it.
 */
final class WatchedRollouts {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedRollouts.class);

  private final EvidenceConfig config;
  private final IntakeCounts counts;
  private final Clock clock;
  private final Consumer<Verdict> decided;
  private final RolloutRecorder recorder;
  private final LinkedHashMap<String, RolloutWatch> watches = new LinkedHashMap<>();

  /**
   * None.
   *
   * @param decided gets each verdict that ends a rollout, once
   */
  WatchedRollouts(
      EvidenceConfig config,
      IntakeCounts counts,
      Clock clock,
      EvidenceJournal journal,
      Consumer<Verdict> decided) {
    this.config = config;
    this.counts = counts;
    this.clock = clock;
    this.decided = decided;
    this.recorder = new RolloutRecorder(journal);
  }

  /** Begins, goes on with or ends watches as the snapshot says. */
  void follow(Snapshot snapshot) {
    for (Rollout rollout : snapshot.getRolloutsList()) {
      RolloutWatch watch = watches.get(rollout.getId());
      if (watch == null) {
        if (isOver(rollout)) {
          continue;
        }
        watch = new RolloutWatch(rollout, config.maxStickyUnits(), counts);
        watches.put(rollout.getId(), watch);
        recorder.begun(rollout, config.maxStickyUnits());
        makeRoom();
        LOG.atInfo()
            .addKeyValue("rollout", rollout.getId())
            .addKeyValue("route", rollout.getSpec().getRoute())
            .addKeyValue("canary", rollout.getSpec().getCanaryVersion())
            .log("watching a rollout");
      }
      SampleUnit.Promised promised = promised(snapshot, rollout);
      watch.follow(rollout, promised);
      recorder.told(rollout, promised);
      if (isOver(rollout)) {
        Instant now = clock.now();
        recorder.ended(watch.plan(), now, watch.verdict(now));
      }
    }
  }

  private static boolean isOver(Rollout rollout) {
    return switch (rollout.getState()) {
      case COMPLETED, ROLLED_BACK, FAILED, ABORTED -> true;
      case PREPARING, PROGRESSING, PAUSED, ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static SampleUnit.Promised promised(Snapshot snapshot, Rollout rollout) {
    return snapshot.getVersionsList().stream()
        .filter(version -> version.getVersion().equals(rollout.getSpec().getCanaryVersion()))
        .filter(version -> version.getModel().equals(rollout.getModel()))
        .map(ModelVersion::getSignature)
        .findFirst()
        .map(signature ->
            new SampleUnit.Promised(
                !signature.getClassOutput().isEmpty(),
                !signature.getProbabilityOutput().isEmpty(),
                !signature.getValueOutput().isEmpty()))
        .orElse(SampleUnit.Promised.NOTHING);
  }

  private void makeRoom() {
    while (watches.size() > config.maxRollouts()) {
      String first =
          watches.entrySet().stream()
              .filter(entry -> entry.getValue().phase() == RolloutWatch.Phase.OVER)
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(watches.firstEntry().getKey());
      watches.remove(first);
      recorder.forget(first);
      LOG.atWarn().addKeyValue("rollout", first).log("too many rollouts, its evidence is dropped");
    }
  }

  /** Takes a slice of outcomes; whether it is evidence about any. */
  boolean takeSlice(OutcomeSlice slice) {
    return feed(watch -> watch.takeSlice(slice), plan -> recorder.outcomes(plan, slice));
  }

  /** Takes a closed slice of samples; whether it is evidence about any. */
  boolean takeSamples(List<Sample> slice) {
    return feed(watch -> watch.takeSamples(slice), plan -> recorder.samples(plan, slice));
  }

  /** Takes labels that found their prediction; whether they are evidence about any. */
  boolean takeLabels(List<LabelledPrediction> labels) {
    return feed(watch -> watch.takeLabels(labels), plan -> recorder.labels(plan, labels));
  }

  /** Takes numbers of units; whether they are evidence about any. */
  boolean takeBusiness(List<BusinessUnit> units) {
    return feed(watch -> watch.takeBusiness(units), plan -> recorder.business(plan, units));
  }

  /** Takes pairs of a mirror; whether they are evidence about any. */
  boolean takePairs(List<MirrorPair> pairs) {
    return feed(watch -> watch.takePairs(pairs), plan -> recorder.pairs(plan, pairs));
  }

  /** Feeds each watch, and its journal with what it took. */
  private boolean feed(Predicate<RolloutWatch> takes, Consumer<RolloutPlan> journal) {
    boolean taken = false;
    for (RolloutWatch watch : watches.values()) {
      if (takes.test(watch)) {
        taken = true;
        journal.accept(watch.plan());
      }
    }
    return taken;
  }

  /** Judges what was taken; whether anything was decided. */
  boolean settle() {
    Instant now = clock.now();
    boolean changed = false;
    for (RolloutWatch watch : watches.values()) {
      if (watch.settle(now)) {
        changed = true;
        Verdict verdict = watch.verdict(now);
        LOG.atWarn()
            .addKeyValue("rollout", verdict.getRolloutId())
            .addKeyValue("guardrail", verdict.getDecisiveGuardrail())
            .addKeyValue("canary_requests", verdict.getCanaryRequests())
            .addKeyValue("why", verdict.getExplanation())
            .log("rollout violated");
        recorder.settled(watch.plan(), now, Optional.of(verdict));
        decided.accept(verdict);
      } else {
        recorder.settled(watch.plan(), now, Optional.empty());
      }
    }
    return changed;
  }

  /** Verdicts on the rollouts that wait for one. */
  List<Verdict> verdicts() {
    Instant now = clock.now();
    return watches.values().stream()
        .filter(watch -> watch.phase() == RolloutWatch.Phase.ACTIVE)
        .map(watch -> watch.verdict(now))
        .toList();
  }

  /** Takes the registry's word that these rollouts are over; whether any was not. */
  boolean finished(List<String> rollouts) {
    boolean changed = false;
    for (String rollout : rollouts) {
      RolloutWatch watch = watches.get(rollout);
      if (watch != null && watch.phase() != RolloutWatch.Phase.OVER) {
        watch.over();
        recorder.finished(watch.plan());
        changed = true;
      }
    }
    return changed;
  }

  /** Notes where the evidence stands, for the charts; to be called about once a second. */
  void note() {
    Instant now = clock.now();
    watches.values().forEach(watch -> watch.note(now));
  }

  /** What is known about each rollout, by id. */
  Map<String, RolloutView> views() {
    Instant now = clock.now();
    var views = new HashMap<String, RolloutView>();
    watches.forEach((id, watch) -> {
      views.put(
          id,
          new RolloutView(
              watch.verdict(now),
              watch.plan().guardrails().stream().map(RolloutPlan.Planned::name).toList(),
              watch.history().stream()
                  .map(point ->
                      new RolloutView.Point(point.epochMillis(), point.logE(), point.logEWithin()))
                  .toList()));
    });
    return views;
  }

  /** Forgets those of other routes. */
  void keepOnly(Predicate<String> routes) {
    List<String> others =
        watches.values().stream()
            .map(RolloutWatch::plan)
            .filter(plan -> !routes.test(plan.route()))
            .map(RolloutPlan::rolloutId)
            .toList();
    others.forEach(rollout -> {
      watches.remove(rollout);
      recorder.forget(rollout);
    });
  }

  /** Gives new names to what is to be forgotten, here and in the journal; how many knew any. */
  int rename(Renaming renaming) {
    int count = 0;
    for (RolloutWatch watch : watches.values()) {
      count += watch.rename(renaming) ? 1 : 0;
    }
    recorder.renamed(renaming);
    return count;
  }

  /** Their evidence, without the journal's places. */
  void writeTo(DataOutput out) throws IOException {
    out.writeInt(watches.size());
    for (RolloutWatch watch : watches.values()) {
      watch.writeTo(out);
    }
  }

  /** What {@link #writeTo} wrote. */
  static List<RolloutWatch> read(DataInputStream in, IntakeCounts counts) throws IOException {
    var read = new ArrayList<RolloutWatch>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      read.add(RolloutWatch.readFrom(in, counts));
    }
    return read;
  }

  /** Where the journal of each stands. */
  void writePlaces(DataOutput out) throws IOException {
    recorder.writeTo(out);
  }

  /**
   * Takes over what was read.
   *
   * @param places empty: the image is older than journals
   */
  void restore(List<RolloutWatch> read, Optional<Map<String, RolloutRecorder.Place>> places) {
    places.ifPresent(recorder::restore);
    read.forEach(watch -> watches.put(watch.plan().rolloutId(), watch));
  }
}
