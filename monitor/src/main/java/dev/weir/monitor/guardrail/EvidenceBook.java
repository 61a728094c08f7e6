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
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

  private final IntakeConfig intake;
  private final IntakeCounts counts;
  private final Clock clock;
  private final EvidenceListener listener;
  private final List<EvidenceMemory> memories;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private RouterLedger ledger;

  @GuardedBy("lock")
  private SampleSlicer slicer;

  @GuardedBy("lock")
  private final WatchedRollouts rollouts;

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
    this.intake = intake;
    this.counts = counts;
    this.clock = clock;
    this.listener = listener;
    this.memories = List.copyOf(memories);
    this.rollouts = new WatchedRollouts(config, counts, clock, journal, listener::decided);
    this.ledger = new RouterLedger(intake.maxRouters(), counts);
    this.slicer = new SampleSlicer(intake, counts);
  }

  /** Begins, goes on with or ends watches as the snapshot says. */
  public void follow(Snapshot snapshot) {
    lock.lock();
    try {
      rollouts.follow(snapshot);
    } finally {
      lock.unlock();
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
      unsaved |= rollouts.settle();
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
      unsaved |= rollouts.settle();
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
    unsaved |= rollouts.takeSlice(slice);
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
      unsaved |= rollouts.takeSlice(units);
      unsaved |= rollouts.settle();
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
      unsaved |= rollouts.takeLabels(labels);
      unsaved |= rollouts.settle();
    } finally {
      lock.unlock();
    }
  }

  /** Takes numbers that users report about units, each unit once per metric. */
  public void takeBusiness(List<BusinessUnit> units) {
    lock.lock();
    try {
      unsaved |= rollouts.takeBusiness(units);
      unsaved |= rollouts.settle();
    } finally {
      lock.unlock();
    }
  }

  /** Takes pairs of a mirror. */
  public void takePairs(List<MirrorPair> pairs) {
    lock.lock();
    try {
      unsaved |= rollouts.takePairs(pairs);
      unsaved |= rollouts.settle();
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
      unsaved |= rollouts.takeSamples(slice.samples());
      listener.samples(slice.uniform());
    }
    unsaved |= rollouts.settle();
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
      rollouts.keepOnly(ownRoutes);
    } finally {
      lock.unlock();
    }
  }

  /** Verdicts on the rollouts that wait for one. */
  public List<Verdict> verdicts() {
    lock.lock();
    try {
      return rollouts.verdicts();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the registry's word that these rollouts are over. */
  public void finished(List<String> over) {
    lock.lock();
    try {
      unsaved |= rollouts.finished(over);
    } finally {
      lock.unlock();
    }
  }

  /** Notes where the evidence stands, for the charts; to be called about once a second. */
  public void note() {
    lock.lock();
    try {
      rollouts.note();
    } finally {
      lock.unlock();
    }
  }

  /** What is known about each rollout, by id. */
  public Map<String, RolloutView> views() {
    lock.lock();
    try {
      return rollouts.views();
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
      int count = rollouts.rename(renaming);
      for (EvidenceMemory memory : memories) {
        count += memory.renameUnits(renaming.units()) ? 1 : 0;
      }
      unsaved |= count > 0;
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
      rollouts.writeTo(out);
      out.writeInt(place.length);
      out.write(place);
      out.writeInt(lanes.size());
      for (var lane : lanes.entrySet()) {
        out.writeInt(lane.getKey());
        lane.getValue().writeTo(out);
      }
      rollouts.writePlaces(out);
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
    List<RolloutWatch> readWatches = WatchedRollouts.read(in, counts);
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
    // Images of older monitors end sooner: behind the watches, or behind the journals' places.
    Optional<Map<String, RolloutRecorder.Place>> recorded =
        in.available() > 0 ? Optional.of(RolloutRecorder.read(in)) : Optional.empty();
    if (in.available() > 0) {
      readMemories(in);
    }
    lock.lock();
    try {
      ledger = readLedger;
      slicer = readSlicer;
      place = readPlace;
      lanes.putAll(readLanes);
      durable = ledger.taken();
      rollouts.restore(readWatches, recorded);
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
