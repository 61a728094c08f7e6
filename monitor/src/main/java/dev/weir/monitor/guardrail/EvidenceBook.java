package dev.weir.monitor.guardrail;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.foreign.ForeignCalls;
import dev.weir.monitor.intake.DirectDoor;
import dev.weir.monitor.intake.EvidenceMemory;
import dev.weir.monitor.intake.ImageBytes;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.intake.RouterLedger;
import dev.weir.monitor.intake.SampleSlicer;
import dev.weir.monitor.intake.StratifiedSlice;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All evidence about all rollouts, with what is needed to take each slice once. Thread-safe: one
 * lock, because evidence and the place in the routers' streams are one thing and saved as one.
 *
 * <p><b>Restart.</b> A slice is acknowledged to its router only when an {@link #image} that holds
 * it was saved ({@link #saved}). A monitor that dies between taking and saving therefore gets the
 * slice again and, having lost what it knew of it, counts it once; one that dies later gets what
 * was not acknowledged and knows it. Slices that concern no watched rollout need no image.
 *
 * <p><b>Lanes.</b> Reports that come from a log are taken by {@link LogLane}, one for each of its
 * parts, and the {@link #place} in the log up to which everything was taken is in the image: the
 * log is read on from there, and nothing of it is missing or counted twice.
 */
public final class EvidenceBook implements DirectDoor.Evidence, ForeignCalls.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceBook.class);
  private static final int MAGIC = 0x57454952;
  private static final int VERSION = 3;
  private static final int VERSION_WITHOUT_LANES = 2;
  private static final int MOST_LANES = 100_000;

  /**
   * Evidence at one moment.
   *
   * @param bytes what a file holds
   * @param taken last sequence number in it of each router process
   */
  public record Image(byte[] bytes, Map<String, Long> taken) {}

  private final EvidenceConfig config;
  private final IntakeConfig intake;
  private final IntakeCounts counts;
  private final Clock clock;
  private final EvidenceListener listener;
  private final List<EvidenceMemory> memories;

  @GuardedBy("lock")
  private final RolloutRecorder recorder;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private RouterLedger ledger;

  @GuardedBy("lock")
  private SampleSlicer slicer;

  @GuardedBy("lock")
  private final LinkedHashMap<String, RolloutWatch> watches = new LinkedHashMap<>();

  @GuardedBy("lock")
  private final TreeMap<Integer, LogLane> lanes = new TreeMap<>();

  @GuardedBy("lock")
  private byte[] place = new byte[0];

  @GuardedBy("lock")
  private Map<String, Long> durable = new HashMap<>();

  @GuardedBy("lock")
  private boolean unsaved;

  /** An image was handed out, and it is not known yet whether it was saved. */
  @GuardedBy("lock")
  private boolean saving;

  @GuardedBy("lock")
  private boolean savingFails;

  /** An empty book that keeps no journal. */
  public EvidenceBook(
      EvidenceConfig config,
      IntakeConfig intake,
      IntakeCounts counts,
      Clock clock,
      EvidenceListener listener) {
    this(config, intake, counts, clock, listener, EvidenceJournal.NONE, List.of());
  }

  /**
   * An empty book.
   *
   * @param journal keeps what the tests are fed
   * @param memories are saved in one image with the evidence
   */
  public EvidenceBook(
      EvidenceConfig config,
      IntakeConfig intake,
      IntakeCounts counts,
      Clock clock,
      EvidenceListener listener,
      EvidenceJournal journal,
      List<EvidenceMemory> memories) {
    this.config = config;
    this.intake = intake;
    this.counts = counts;
    this.clock = clock;
    this.listener = listener;
    this.memories = List.copyOf(memories);
    this.recorder = new RolloutRecorder(journal);
    this.ledger = new RouterLedger(intake.maxRouters(), counts);
    this.slicer = new SampleSlicer(intake, counts);
  }

  /** Begins, goes on with or ends watches as the snapshot says. */
  public void follow(Snapshot snapshot) {
    lock.lock();
    try {
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
    } finally {
      lock.unlock();
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

  @GuardedBy("lock")
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

  /**
   * Takes a router's report.
   *
   * @return the sequence number up to which everything is taken for good
   */
  @Override
  public long takeOutcomes(ReportOutcomesRequest request) {
    String process = request.getRouterProcess();
    lock.lock();
    try {
      for (OutcomeSlice slice : enter(ledger, request)) {
        take(process, slice);
      }
      settle();
      if (savingFails || !(unsaved || saving)) {
        durable = ledger.taken();
      }
      return durable.getOrDefault(process, 0L);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the part of a router's report that a lane carries. A slice without cells says only that
   * nothing of it is in this lane.
   */
  public void takeOutcomes(int lane, ReportOutcomesRequest request) {
    String process = request.getRouterProcess() + "#" + lane;
    lock.lock();
    try {
      for (OutcomeSlice slice : enter(lane(lane).ledger(), request)) {
        if (slice.getCellsCount() > 0) {
          take(process, slice);
        }
      }
      settle();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private LogLane lane(int lane) {
    return lanes.computeIfAbsent(lane, l -> new LogLane(intake, counts));
  }

  /** The slices that come for the first time. */
  @GuardedBy("lock")
  private List<OutcomeSlice> enter(RouterLedger into, ReportOutcomesRequest request) {
    String process = request.getRouterProcess();
    var fresh = new ArrayList<OutcomeSlice>();
    for (OutcomeSlice slice : request.getSlicesList()) {
      switch (into.enter(process, slice.getSequence())) {
        case RouterLedger.Entry.Repeated() -> counts.add(IntakeEvent.SLICES_REPEATED);
        case RouterLedger.Entry.New(long missing) -> {
          counts.add(IntakeEvent.SLICES_MISSING, missing);
          fresh.add(slice);
        }
      }
    }
    counts.add(
        IntakeEvent.SLICES_DROPPED_BY_ROUTERS, into.dropped(process, request.getDroppedSlices()));
    return fresh;
  }

  @GuardedBy("lock")
  private void take(String process, OutcomeSlice slice) {
    if (refused(process, slice)) {
      return;
    }
    counts.add(IntakeEvent.SLICES);
    takeSlice(slice);
    listener.slice(process, slice);
  }

  private boolean refused(String process, OutcomeSlice slice) {
    Optional<String> problem = SliceCheck.problem(slice);
    problem.ifPresent(what -> {
      counts.add(IntakeEvent.SLICES_REFUSED);
      LOG.atWarn()
          .addKeyValue("router", process)
          .addKeyValue("sequence", slice.getSequence())
          .addKeyValue("problem", what)
          .log("outcome slice refused");
    });
    return problem.isPresent();
  }

  @GuardedBy("lock")
  private void takeSlice(OutcomeSlice slice) {
    for (RolloutWatch watch : watches.values()) {
      if (watch.takeSlice(slice)) {
        unsaved = true;
        recorder.outcomes(watch.plan(), slice);
      }
    }
  }

  /**
   * Takes a second of calls that senders other than our routers told of, and that say how their
   * units were drawn; each once. It counts for rollouts as a router's slice does.
   */
  @Override
  public void takeForeign(OutcomeSlice units) {
    lock.lock();
    try {
      if (refused("foreign", units)) {
        return;
      }
      takeSlice(units);
      settle();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void foreign(OutcomeSlice shown) {
    lock.lock();
    try {
      listener.foreign(shown);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a worker's report. */
  @Override
  public void takeSamples(ReportSamplesRequest request) {
    List<Sample> usable = usable(request);
    lock.lock();
    try {
      slicer.take(request.getWorker(), usable, request.getDroppedSamples(), clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the part of a worker's report that a lane carries.
   *
   * @param nowNanos the lane's time, which never goes back
   * @param position the report's place in the lane
   */
  public void takeSamples(int lane, ReportSamplesRequest request, long nowNanos, long position) {
    List<Sample> usable = usable(request);
    lock.lock();
    try {
      lane(lane)
          .slicer()
          .take(request.getWorker(), usable, request.getDroppedSamples(), nowNanos, position);
    } finally {
      lock.unlock();
    }
  }

  /** Takes again what was taken before a restart; see {@link SampleSlicer#again}. */
  public void samplesAgain(int lane, ReportSamplesRequest request, long nowNanos, long position) {
    List<Sample> usable =
        request.getSamplesList().stream().filter(EvidenceBook::isUsableAnswer).toList();
    lock.lock();
    try {
      lane(lane).slicer().again(request.getWorker(), usable, nowNanos, position);
    } finally {
      lock.unlock();
    }
  }

  /** Place in the lane from which the samples that wait can be read again; empty: none wait. */
  public OptionalLong earliestWaiting(int lane) {
    lock.lock();
    try {
      return lane(lane).slicer().earliestWaiting();
    } finally {
      lock.unlock();
    }
  }

  private static boolean isUsableAnswer(Sample sample) {
    return !sample.getAssignment().getMirrored() && SampleCheck.isUsable(sample);
  }

  private List<Sample> usable(ReportSamplesRequest request) {
    List<Sample> answers =
        request.getSamplesList().stream()
            .filter(sample -> !sample.getAssignment().getMirrored())
            .toList();
    List<Sample> usable = answers.stream().filter(SampleCheck::isUsable).toList();
    counts.add(IntakeEvent.SAMPLES, request.getSamplesCount());
    counts.add(IntakeEvent.SAMPLES_MIRRORED, request.getSamplesCount() - answers.size());
    counts.add(IntakeEvent.SAMPLES_REFUSED, answers.size() - usable.size());
    return usable;
  }

  /** Takes labels that found their prediction, each for the first time. */
  public void takeLabels(List<LabelledPrediction> labels) {
    lock.lock();
    try {
      for (RolloutWatch watch : watches.values()) {
        if (watch.takeLabels(labels)) {
          unsaved = true;
          recorder.labels(watch.plan(), labels);
        }
      }
      settle();
    } finally {
      lock.unlock();
    }
  }

  /** Takes numbers that users report about units, each unit once per metric. */
  public void takeBusiness(List<BusinessUnit> units) {
    lock.lock();
    try {
      for (RolloutWatch watch : watches.values()) {
        if (watch.takeBusiness(units)) {
          unsaved = true;
          recorder.business(watch.plan(), units);
        }
      }
      settle();
    } finally {
      lock.unlock();
    }
  }

  /** Takes pairs of a mirror. */
  public void takePairs(List<MirrorPair> pairs) {
    lock.lock();
    try {
      for (RolloutWatch watch : watches.values()) {
        if (watch.takePairs(pairs)) {
          unsaved = true;
          recorder.pairs(watch.plan(), pairs);
        }
      }
      settle();
    } finally {
      lock.unlock();
    }
  }

  /** Judges the slices of samples that are complete; to be called about once a slice. */
  public void closeSamples() {
    lock.lock();
    try {
      judge(slicer.closeComplete(clock.nanoTime()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Judges a lane's slices of samples that are complete.
   *
   * @param nowNanos the lane's time
   */
  public void closeSamples(int lane, long nowNanos) {
    lock.lock();
    try {
      judge(lane(lane).slicer().closeComplete(nowNanos));
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void judge(List<StratifiedSlice.Closed> slices) {
    for (StratifiedSlice.Closed slice : slices) {
      for (RolloutWatch watch : watches.values()) {
        if (watch.takeSamples(slice.samples())) {
          unsaved = true;
          recorder.samples(watch.plan(), slice.samples());
        }
      }
      listener.samples(slice.uniform());
    }
    settle();
  }

  /**
   * Notes the place in the log up to which everything was taken; to be called when nothing is being
   * taken.
   */
  public void place(byte[] upTo) {
    lock.lock();
    try {
      if (!Arrays.equals(place, upTo)) {
        place = upTo.clone();
        unsaved = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The place last noted, before a restart perhaps; of no bytes: none. */
  public byte[] place() {
    lock.lock();
    try {
      return place.clone();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets lanes and rollouts that are another monitor's. */
  public void keepOnly(IntPredicate ownLanes, Predicate<String> ownRoutes) {
    lock.lock();
    try {
      lanes.keySet().removeIf(lane -> !ownLanes.test(lane));
      List<String> others =
          watches.values().stream()
              .map(RolloutWatch::plan)
              .filter(plan -> !ownRoutes.test(plan.route()))
              .map(RolloutPlan::rolloutId)
              .toList();
      others.forEach(rollout -> {
        watches.remove(rollout);
        recorder.forget(rollout);
      });
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void settle() {
    Instant now = clock.now();
    for (RolloutWatch watch : watches.values()) {
      if (watch.settle(now)) {
        unsaved = true;
        Verdict verdict = watch.verdict(now);
        LOG.atWarn()
            .addKeyValue("rollout", verdict.getRolloutId())
            .addKeyValue("guardrail", verdict.getDecisiveGuardrail())
            .addKeyValue("canary_requests", verdict.getCanaryRequests())
            .addKeyValue("why", verdict.getExplanation())
            .log("rollout violated");
        recorder.settled(watch.plan(), now, Optional.of(verdict));
        listener.decided(verdict);
      } else {
        recorder.settled(watch.plan(), now, Optional.empty());
      }
    }
  }

  /** Verdicts on the rollouts that wait for one. */
  public List<Verdict> verdicts() {
    lock.lock();
    try {
      Instant now = clock.now();
      return watches.values().stream()
          .filter(watch -> watch.phase() == RolloutWatch.Phase.ACTIVE)
          .map(watch -> watch.verdict(now))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the registry's word that these rollouts are over. */
  public void finished(List<String> rollouts) {
    lock.lock();
    try {
      for (String rollout : rollouts) {
        RolloutWatch watch = watches.get(rollout);
        if (watch != null && watch.phase() != RolloutWatch.Phase.OVER) {
          watch.over();
          recorder.finished(watch.plan());
          unsaved = true;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Notes where the evidence stands, for the charts; to be called about once a second. */
  public void note() {
    lock.lock();
    try {
      Instant now = clock.now();
      watches.values().forEach(watch -> watch.note(now));
    } finally {
      lock.unlock();
    }
  }

  /** What is known about each rollout, by id. */
  public Map<String, RolloutView> views() {
    lock.lock();
    try {
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
                        new RolloutView.Point(
                            point.epochMillis(), point.logE(), point.logEWithin()))
                    .toList()));
      });
      return views;
    } finally {
      lock.unlock();
    }
  }

  /** Samples that wait for the end of their slice. */
  public int waitingSamples() {
    lock.lock();
    try {
      return slicer.waiting()
          + lanes.values().stream().mapToInt(lane -> lane.slicer().waiting()).sum();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives new names to what is to be forgotten, in the evidence and in its journal: they stay the
   * same evidence. To be saved before it can be said that something was forgotten.
   *
   * @return how many rollouts and memories knew any of the old names
   */
  public int rename(Renaming renaming) {
    lock.lock();
    try {
      int count = 0;
      for (RolloutWatch watch : watches.values()) {
        count += watch.rename(renaming) ? 1 : 0;
      }
      for (EvidenceMemory memory : memories) {
        count += memory.renameUnits(renaming.units()) ? 1 : 0;
      }
      unsaved |= count > 0;
      recorder.renamed(renaming);
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** Everything to be saved; empty when nothing changed since the last {@link #saved}. */
  public Optional<Image> image() {
    lock.lock();
    try {
      if (!unsaved) {
        return Optional.empty();
      }
      unsaved = false;
      saving = true;
      var bytes = new ByteArrayOutputStream();
      var out = new DataOutputStream(bytes);
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      ledger.writeTo(out);
      slicer.writeTo(out);
      out.writeInt(watches.size());
      for (RolloutWatch watch : watches.values()) {
        watch.writeTo(out);
      }
      out.writeInt(place.length);
      out.write(place);
      out.writeInt(lanes.size());
      for (var lane : lanes.entrySet()) {
        out.writeInt(lane.getKey());
        lane.getValue().writeTo(out);
      }
      recorder.writeTo(out);
      writeMemories(out);
      return Optional.of(new Image(bytes.toByteArray(), ledger.taken()));
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    } finally {
      lock.unlock();
    }
  }

  private void writeMemories(DataOutputStream out) throws IOException {
    out.writeInt(memories.size());
    for (EvidenceMemory memory : memories) {
      var bytes = new ByteArrayOutputStream();
      memory.writeTo(new DataOutputStream(bytes));
      out.writeUTF(memory.name());
      out.writeInt(bytes.size());
      bytes.writeTo(out);
    }
  }

  /** An image is safe on disk: what is in it may be acknowledged. */
  public void saved(Image image) {
    lock.lock();
    try {
      durable = image.taken();
      saving = false;
      savingFails = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * An image could not be saved. Slices are acknowledged all the same until one is, so that routers
   * need not keep them: a restart now would lose evidence, but count nothing twice.
   */
  public void notSaved() {
    lock.lock();
    try {
      unsaved = true;
      saving = false;
      savingFails = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes over a saved image; for a book that has taken nothing.
   *
   * @throws IOException or IllegalArgumentException when it is damaged; the book is then unchanged
   */
  public void restore(byte[] image) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(image));
    if (in.readInt() != MAGIC) {
      throw new IOException("not an evidence image");
    }
    int version = in.readInt();
    if (version != VERSION && version != VERSION_WITHOUT_LANES) {
      throw new IOException("evidence version " + version + " (expected: " + VERSION + ")");
    }
    var readLedger = new RouterLedger(intake.maxRouters(), counts);
    readLedger.readFrom(in);
    var readSlicer = new SampleSlicer(intake, counts);
    readSlicer.readFrom(in);
    var readWatches = new ArrayList<RolloutWatch>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      readWatches.add(RolloutWatch.readFrom(in, counts));
    }
    byte[] readPlace = new byte[0];
    var readLanes = new TreeMap<Integer, LogLane>();
    if (version != VERSION_WITHOUT_LANES) {
      readPlace = in.readNBytes(Math.clamp(in.readInt(), 0, in.available()));
      int many = Math.min(in.readInt(), MOST_LANES);
      for (int i = 0; i < many; i++) {
        var lane = new LogLane(intake, counts);
        readLanes.put(in.readInt(), lane);
        lane.readFrom(in);
      }
    }
    // Images of older monitors end sooner: behind the watches, or behind the recorder's part.
    Optional<Map<String, RolloutRecorder.Place>> recorded =
        in.available() > 0 ? Optional.of(RolloutRecorder.read(in)) : Optional.empty();
    if (in.available() > 0) {
      readMemories(in);
    }
    lock.lock();
    try {
      recorded.ifPresent(recorder::restore);
      ledger = readLedger;
      slicer = readSlicer;
      place = readPlace;
      lanes.putAll(readLanes);
      durable = ledger.taken();
      readWatches.forEach(watch -> watches.put(watch.plan().rolloutId(), watch));
    } finally {
      lock.unlock();
    }
  }

  private void readMemories(DataInputStream in) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      String name = in.readUTF();
      byte[] state = ImageBytes.read(in);
      for (EvidenceMemory memory : memories) {
        if (memory.name().equals(name)) {
          memory.readFrom(new DataInputStream(new ByteArrayInputStream(state)));
        }
      }
    }
  }
}
