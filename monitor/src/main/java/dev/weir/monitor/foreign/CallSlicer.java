package dev.weir.monitor.foreign;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.intake.EvidenceMemory;
import dev.weir.monitor.intake.FairShare;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.Stratum;
import dev.weir.proto.monitor.v1.OutcomeSlice;
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

/**
 * Puts calls into seconds by when they <em>began</em>, on their sender's own clock, and hands a
 * second out when everything that began in it must have been told: the sender has told of a call
 * that ended more than the grace later, or has been silent for long. By arrival it would be wrong:
 * a span comes when its call has ended, so the slower arm would be missing at each moment.
 *
 * <p>A call counts once: a span that comes again falls into the open second that has it, or is
 * late. A client's span is passed over when the span of the server that it called came too, as its
 * child. After a restart, and of a sender not known before, the calls of seconds that had begun are
 * shown and are no evidence, for a part of them may have been told to the monitor that is gone.
 *
 * <p>Bounded: the largest strata lose calls, whichever their arm. Thread-safe.
 *
 * <pre>
 *   uint8  version, 1
 *   int32  n
 *   n x (text sender, int64 first open second)
 * </pre>
 */
final class CallSlicer implements EvidenceMemory {
  private static final int VERSION = 1;
  static final long SLICE_NANOS = 1_000_000_000L;

  /**
   * When nothing but calls this far back came for this long, the sender's clock was set, and its
   * seconds begin anew. At once it would be wrong: an old export that is sent again looks alike.
   */
  private static final long CLOCK_SET_BACK_NANOS = 60 * SLICE_NANOS;

  /** Longer than exporters keep spans back. */
  private static final long SILENCE_NANOS = 10 * SLICE_NANOS;

  private final long graceNanos;
  private final int maxSenders;
  private final int maxWaiting;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<String, Stream> streams = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private final LinkedHashMap<String, Long> restoredFirstOpen = new LinkedHashMap<>();

  /** Parents of servers' spans; whether the server's says how the unit was drawn. */
  @GuardedBy("this")
  private final LinkedHashMap<Long, Boolean> covered = new LinkedHashMap<>();

  @GuardedBy("this")
  private int waiting;

  private static final class Stream {
    final TreeMap<Long, CallSlice> open = new TreeMap<>();

    /** Seconds with a lower number are closed. */
    long firstOpen = Long.MIN_VALUE;

    /** Calls of seconds with a lower number are no evidence. */
    long firstEvidence;

    /** Newest end of a call. */
    long newestNanos;

    long heardNanos;

    /** Only calls that are far back came since then; empty: the newest was not. */
    OptionalLong farBackSince = OptionalLong.empty();

    int size() {
      return open.values().stream().mapToInt(CallSlice::size).sum();
    }
  }

  /**
   * What was closed.
   *
   * @param shown all calls, as requests that are no units
   * @param evidence those that say how their unit was drawn, as units
   */
  record Closed(List<OutcomeSlice> shown, List<OutcomeSlice> evidence) {}

  /** Has heard of nobody. */
  CallSlicer(ForeignConfig config, IntakeCounts counts) {
    this.graceNanos = config.grace().toNanos();
    this.maxSenders = config.maxSenders();
    this.maxWaiting = config.maxWaitingCalls();
    this.counts = counts;
  }

  /** The parent of a server's span: a client's span with this id tells of the same call. */
  synchronized void cover(long parentId, boolean withDraw) {
    covered.merge(parentId, withDraw, Boolean::logicalOr);
    if (covered.size() > maxWaiting) {
      covered.pollFirstEntry();
    }
  }

  /**
   * Takes what a sender told at once.
   *
   * @param calls at least one
   * @param nowNanos the monitor's monotonic time
   */
  synchronized void take(String sender, List<ForeignCall> calls, long nowNanos) {
    Stream stream = streams.get(sender);
    if (stream == null) {
      stream = begin(sender, calls);
    }
    stream.heardNanos = nowNanos;
    for (ForeignCall call : calls) {
      put(stream, call, nowNanos);
    }
  }

  @GuardedBy("this")
  private Stream begin(String sender, List<ForeignCall> calls) {
    var stream = new Stream();
    stream.newestNanos = calls.stream().mapToLong(ForeignCall::endNanos).max().orElse(0);
    stream.firstEvidence = stream.newestNanos / SLICE_NANOS + 1;
    Long restored = restoredFirstOpen.remove(sender);
    if (restored != null) {
      stream.firstOpen = restored;
    }
    streams.put(sender, stream);
    if (streams.size() > maxSenders) {
      Iterator<Stream> oldest = streams.values().iterator();
      waiting -= oldest.next().size();
      oldest.remove();
      counts.add(IntakeEvent.FOREIGN_SENDERS_FORGOTTEN);
    }
    return stream;
  }

  @GuardedBy("this")
  private void put(Stream stream, ForeignCall call, long nowNanos) {
    if (call.endNanos() >= stream.newestNanos - graceNanos - CLOCK_SET_BACK_NANOS) {
      stream.farBackSince = OptionalLong.empty();
    } else if (stream.farBackSince.isEmpty()) {
      stream.farBackSince = OptionalLong.of(nowNanos);
    } else if (nowNanos - stream.farBackSince.getAsLong() > CLOCK_SET_BACK_NANOS) {
      counts.add(IntakeEvent.FOREIGN_CALLS_LATE, stream.size());
      waiting -= stream.size();
      stream.open.clear();
      stream.farBackSince = OptionalLong.empty();
      stream.newestNanos = call.endNanos();
      stream.firstEvidence = call.endNanos() / SLICE_NANOS + 1;
      stream.firstOpen = stream.firstEvidence;
    }
    stream.newestNanos = Math.max(stream.newestNanos, call.endNanos());
    long second = call.startNanos() / SLICE_NANOS;
    if (second < stream.firstOpen || stream.farBackSince.isPresent()) {
      counts.add(IntakeEvent.FOREIGN_CALLS_LATE);
      return;
    }
    switch (stream.open.computeIfAbsent(second, s -> new CallSlice()).offer(call)) {
      case IN -> {
        counts.add(IntakeEvent.FOREIGN_CALLS);
        if (++waiting > maxWaiting) {
          makeRoom();
        }
      }
      case REPEATED -> counts.add(IntakeEvent.FOREIGN_CALLS_REPEATED);
      case NO_ROOM -> overflow(call);
    }
  }

  @GuardedBy("this")
  private void makeRoom() {
    var strata = new ArrayList<Stratum<ForeignCall>>();
    for (Stream stream : streams.values()) {
      stream.open.values().forEach(slice -> strata.addAll(slice.strata()));
    }
    waiting = maxWaiting - maxWaiting / 16;
    FairShare.shrink(strata, waiting, this::overflow);
  }

  private void overflow(ForeignCall call) {
    CallSlice.Kind kind = CallSlice.Kind.of(call);
    counts.add(IntakeEvent.FOREIGN_CALLS_OVERFLOW);
    counts.dropped("foreign calls", kind.population(), "status " + kind.status());
  }

  /** Closes what is complete. */
  synchronized Closed closeComplete(long nowNanos) {
    var closed = new Closed(new ArrayList<>(), new ArrayList<>());
    for (Stream stream : streams.values()) {
      boolean silent = nowNanos - stream.heardNanos > graceNanos + SILENCE_NANOS;
      long complete = silent ? Long.MAX_VALUE : (stream.newestNanos - graceNanos) / SLICE_NANOS;
      Iterator<Map.Entry<Long, CallSlice>> slices = stream.open.entrySet().iterator();
      while (slices.hasNext()) {
        Map.Entry<Long, CallSlice> slice = slices.next();
        if (slice.getKey() >= complete) {
          break;
        }
        stream.firstOpen = slice.getKey() + 1;
        waiting -= slice.getValue().size();
        close(
            slice.getKey(),
            slice.getValue().calls(),
            slice.getKey() >= stream.firstEvidence,
            closed);
        slices.remove();
      }
      if (!silent) {
        stream.firstOpen = Math.max(stream.firstOpen, complete);
      }
    }
    return closed;
  }

  @GuardedBy("this")
  private void close(long second, List<ForeignCall> calls, boolean evidence, Closed closed) {
    var shown = new ArrayList<ForeignCall>();
    var units = new ArrayList<ForeignCall>();
    for (ForeignCall call : calls) {
      Boolean server = call.client() ? covered.get(call.spanId()) : null;
      if (server == null) {
        shown.add(call);
      } else {
        counts.add(IntakeEvent.FOREIGN_CALLS_COVERED);
      }
      boolean toldByServer = server != null && server;
      if (evidence && call.draw().isPresent() && !toldByServer) {
        units.add(call);
      }
    }
    long start = second * SLICE_NANOS;
    if (!shown.isEmpty()) {
      closed.shown().add(CallCells.slice(start, SLICE_NANOS, shown, false));
    }
    if (!units.isEmpty()) {
      counts.add(IntakeEvent.FOREIGN_UNITS, units.size());
      closed.evidence().add(CallCells.slice(start, SLICE_NANOS, units, true));
    }
  }

  /** Calls that wait for the end of their second. */
  synchronized int waiting() {
    return waiting;
  }

  @Override
  public String name() {
    return "foreign calls";
  }

  /** What is saved names no unit, and a call that waits does so for seconds. */
  @Override
  public boolean renameUnits(Map<Long, Long> units) {
    return false;
  }

  @Override
  public synchronized void writeTo(DataOutput out) throws IOException {
    var all = new HashMap<String, Long>(restoredFirstOpen);
    streams.forEach((sender, stream) -> all.put(sender, stream.firstOpen));
    out.writeByte(VERSION);
    out.writeInt(all.size());
    for (var entry : all.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue());
    }
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("foreign calls: version " + version + " (expected: " + VERSION + ")");
    }
    var all = new LinkedHashMap<String, Long>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      all.put(in.readUTF(), in.readLong());
      if (all.size() > maxSenders) {
        all.pollFirstEntry();
      }
    }
    synchronized (this) {
      restoredFirstOpen.putAll(all);
    }
  }
}
