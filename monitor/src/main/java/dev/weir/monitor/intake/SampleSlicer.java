package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.Sample;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts samples into slices by the time that their worker <em>took</em> the request, and hands a
 * slice out once everything that started in it must have been reported. By arrival it would be
 * wrong: a canary that answers later than the baseline would be missing from each moment's count,
 * and look as if it predicted its classes less often.
 *
 * <p>Time is the worker's own, so clocks need not agree: a worker's slice is closed when that
 * worker reported a request that started more than the grace after the slice's end, or when nothing
 * came from it for the grace. What comes later is late: not counted, and said. A sample that is
 * sent twice falls into the same open slice, where its unit is known, or is late; so nothing counts
 * twice. Across a restart the number of the first open slice is kept, and a worker's first report
 * is not used: of requests that started before it, some may have been reported to the monitor that
 * is gone, and a slice of which a part is missing is worth nothing. Where reports are read from a
 * log, they are read again from {@link #earliestWaiting} and nothing is missing: {@link #again}.
 *
 * <p>When more wait than may, the largest {@linkplain SampleStratum strata} of the open slices lose
 * some, chosen by a hash that tells nothing of the arm ({@link SamplePriority}); rare answers and
 * rare models stay. Which sample goes then depends on its answer, on its unit's hash and on how
 * many like it there are, and not on the arm or on when it came: given the answer the arm is still
 * as it was drawn, which is all that the tests assume.
 *
 * <p>Not thread-safe: the evidence book's lock guards it.
 */
public final class SampleSlicer {
  /** A worker's clock that runs this far back was set: its slices begin anew. */
  private static final long CLOCK_SET_BACK_NANOS = 60_000_000_000L;

  private final long sliceNanos;
  private final long graceNanos;
  private final int maxWorkers;
  private final int maxWaiting;
  private final IntakeCounts counts;
  private final LinkedHashMap<String, Stream> streams = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Long> restoredFirstOpen = new HashMap<>();
  private int waiting;

  private static final class Stream {
    final TreeMap<Long, StratifiedSlice> open = new TreeMap<>();

    /** Slices with a lower number are closed. */
    long firstOpen;

    long newestNanos;
    long heardNanos;
    long saidDropped;
  }

  /** Slices as the configuration says. */
  public SampleSlicer(IntakeConfig config, IntakeCounts counts) {
    this.sliceNanos = config.sampleSlice().toNanos();
    this.graceNanos = config.sampleGrace().toNanos();
    this.maxWorkers = config.maxWorkers();
    this.maxWaiting = config.maxWaitingSamples();
    this.counts = counts;
  }

  /**
   * Takes a worker's report.
   *
   * @param nowNanos the monitor's monotonic time
   * @param droppedSoFar the worker's own count of samples that it dropped
   */
  public void take(String worker, List<Sample> samples, long droppedSoFar, long nowNanos) {
    take(streams.get(worker), worker, samples, droppedSoFar, nowNanos, 0);
  }

  /**
   * The same, read from a log: a worker known before a restart goes on.
   *
   * @param nowNanos the log's time
   * @param position the report's place in the log, 0 or more
   */
  public void take(
      String worker, List<Sample> samples, long droppedSoFar, long nowNanos, long position) {
    take(resumed(worker), worker, samples, droppedSoFar, nowNanos, position);
  }

  private void take(
      @Nullable Stream known,
      String worker,
      List<Sample> samples,
      long droppedSoFar,
      long nowNanos,
      long position) {
    Stream stream = known;
    boolean first = stream == null;
    if (stream == null) {
      if (samples.isEmpty()) {
        return;
      }
      stream = begin(worker, samples);
    }
    stream.heardNanos = nowNanos;
    counts.add(
        IntakeEvent.SAMPLES_DROPPED_BY_WORKERS, Math.max(0, droppedSoFar - stream.saidDropped));
    stream.saidDropped = droppedSoFar;
    if (first) {
      counts.add(IntakeEvent.SAMPLES_FIRST_REPORT, samples.size());
      return;
    }
    for (Sample sample : samples) {
      put(stream, sample, position);
    }
  }

  /**
   * Takes once more, after a restart, a report that was taken before it: what had waited for the
   * end of its slice waits again, everything else is passed over. Nothing is counted.
   *
   * @param nowNanos the log's time
   * @param position the report's place in the log
   */
  public void again(String worker, List<Sample> samples, long nowNanos, long position) {
    Stream stream = resumed(worker);
    if (stream == null) {
      return;
    }
    stream.heardNanos = nowNanos;
    for (Sample sample : samples) {
      long start = startNanos(sample);
      stream.newestNanos = Math.max(stream.newestNanos, start);
      if (Math.floorDiv(start, sliceNanos) >= stream.firstOpen
          && slice(stream, start, position).offer(sample) == StratifiedSlice.Admission.IN) {
        waiting++;
        if (waiting > maxWaiting) {
          makeRoom();
        }
      }
    }
  }

  /** The worker's stream, begun or restored; null: it is new. */
  private @Nullable Stream resumed(String worker) {
    Stream stream = streams.get(worker);
    Long firstOpen = stream == null ? restoredFirstOpen.remove(worker) : null;
    if (firstOpen != null) {
      stream = new Stream();
      stream.firstOpen = firstOpen;
      streams.put(worker, stream);
    }
    return stream;
  }

  private StratifiedSlice slice(Stream stream, long startNanos, long position) {
    return stream.open.computeIfAbsent(
        Math.floorDiv(startNanos, sliceNanos), n -> new StratifiedSlice(position));
  }

  /** Place in the log from which everything that waits can be read again; empty: nothing waits. */
  public OptionalLong earliestWaiting() {
    return streams.values().stream()
        .flatMap(stream -> stream.open.values().stream())
        .mapToLong(StratifiedSlice::position)
        .min();
  }

  private Stream begin(String worker, List<Sample> samples) {
    var stream = new Stream();
    long newest = samples.stream().mapToLong(SampleSlicer::startNanos).max().orElse(0);
    stream.newestNanos = newest;
    stream.firstOpen =
        Math.max(
            Math.floorDiv(newest, sliceNanos) + 1,
            restoredFirstOpen.getOrDefault(worker, Long.MIN_VALUE));
    restoredFirstOpen.remove(worker);
    streams.put(worker, stream);
    if (streams.size() > maxWorkers) {
      Iterator<Stream> oldest = streams.values().iterator();
      waiting -= size(oldest.next());
      oldest.remove();
    }
    return stream;
  }

  private void put(Stream stream, Sample sample, long position) {
    long start = startNanos(sample);
    if (start < stream.newestNanos - CLOCK_SET_BACK_NANOS) {
      waiting -= size(stream);
      stream.open.clear();
      stream.newestNanos = start;
      stream.firstOpen = Math.floorDiv(start, sliceNanos) + 1;
    }
    stream.newestNanos = Math.max(stream.newestNanos, start);
    long number = Math.floorDiv(start, sliceNanos);
    if (number < stream.firstOpen) {
      counts.add(IntakeEvent.SAMPLES_LATE);
      return;
    }
    switch (slice(stream, start, position).offer(sample)) {
      case IN -> {
        waiting++;
        if (waiting > maxWaiting) {
          makeRoom();
        }
      }
      case REPEATED -> counts.add(IntakeEvent.SAMPLES_REPEATED);
      case NO_ROOM -> overflow(sample);
    }
  }

  /** A sixteenth at once, so that it is not done for each sample. */
  private void makeRoom() {
    var strata = new ArrayList<Stratum<Sample>>();
    for (Stream stream : streams.values()) {
      stream.open.values().forEach(slice -> strata.addAll(slice.strata()));
    }
    FairShare.shrink(
        strata,
        maxWaiting - maxWaiting / 16,
        sample -> {
          waiting--;
          overflow(sample);
        });
  }

  private void overflow(Sample sample) {
    SampleStratum stratum = SampleStratum.of(sample);
    counts.add(IntakeEvent.SAMPLES_OVERFLOW);
    counts.dropped("slices", stratum.population(), stratum.answer());
  }

  /**
   * Closes what is complete.
   *
   * @return the slices, oldest first within each worker
   */
  public List<StratifiedSlice.Closed> closeComplete(long nowNanos) {
    var closed = new ArrayList<StratifiedSlice.Closed>();
    for (Stream stream : streams.values()) {
      boolean silent = nowNanos - stream.heardNanos > graceNanos + sliceNanos;
      long complete =
          silent ? Long.MAX_VALUE : Math.floorDiv(stream.newestNanos - graceNanos, sliceNanos);
      Iterator<Map.Entry<Long, StratifiedSlice>> slices = stream.open.entrySet().iterator();
      while (slices.hasNext()) {
        Map.Entry<Long, StratifiedSlice> slice = slices.next();
        if (slice.getKey() >= complete) {
          break;
        }
        stream.firstOpen = slice.getKey() + 1;
        closed.add(slice.getValue().close());
        waiting -= slice.getValue().size();
        slices.remove();
      }
      if (!silent) {
        stream.firstOpen = Math.max(stream.firstOpen, complete);
      }
    }
    return closed;
  }

  /** Samples that wait for the end of their slice. */
  public int waiting() {
    return waiting;
  }

  /** {@code int32 n, n x (text worker, int64 number of the first open slice)}. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeInt(streams.size() + restoredFirstOpen.size());
    for (var entry : restoredFirstOpen.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue());
    }
    for (var entry : streams.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue().firstOpen);
    }
  }

  /** Takes over what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      String worker = in.readUTF();
      long firstOpen = in.readLong();
      if (restoredFirstOpen.size() < maxWorkers) {
        restoredFirstOpen.put(worker, firstOpen);
      }
    }
  }

  private static int size(Stream stream) {
    return stream.open.values().stream().mapToInt(StratifiedSlice::size).sum();
  }

  private static long startNanos(Sample sample) {
    return sample.getAt().getSeconds() * 1_000_000_000L + sample.getAt().getNanos();
  }
}
