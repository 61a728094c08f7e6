package dev.weir.router.mirror;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.MirrorSide;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of answers for the monitor. They are compared by an executor of its own, which refuses what
 * it has no room for: such pairs are told of without a comparison. Bounded: what does not fit is
 * dropped and counted. Thread-safe; {@link #add} never waits.
 */
public final class MirrorLog {
  private final int maxWaiting;
  private final Executor comparing;
  private final Queue<MirrorPair> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder notCompared = new LongAdder();

  /**
   * @param maxWaiting pairs that may wait for the monitor
   * @param comparing compares; bounded, and throws when it is full
   */
  public MirrorLog(int maxWaiting, Executor comparing) {
    this.maxWaiting = maxWaiting;
    this.comparing = comparing;
  }

  /** Takes a pair. */
  public void add(AnsweredTwice pair) {
    if (waitingCount.get() >= maxWaiting) {
      dropped.increment();
      return;
    }
    byte[] ours = pair.primary().answer();
    byte[] theirs = pair.shadow().answer();
    MirrorPair.Builder told = describe(pair);
    if (ours == null || theirs == null) {
      keep(told);
      return;
    }
    try {
      comparing.execute(() -> {
        compare(told, ours, theirs);
        keep(told);
      });
    } catch (RejectedExecutionException full) {
      notCompared.increment();
      keep(told);
    }
  }

  private void keep(MirrorPair.Builder pair) {
    waitingCount.incrementAndGet();
    waiting.add(pair.build());
  }

  private void compare(MirrorPair.Builder pair, byte[] ours, byte[] theirs) {
    try {
      AnswerComparison.into(
          pair, ModelInferResponse.parseFrom(ours), ModelInferResponse.parseFrom(theirs));
    } catch (InvalidProtocolBufferException malformed) {
      // what a worker sends may be anything; the client gets it as it is
      notCompared.increment();
    }
  }

  private static MirrorPair.Builder describe(AnsweredTwice pair) {
    return MirrorPair.newBuilder()
        .setRoute(pair.route())
        .setAt(
            Timestamp.newBuilder()
                .setSeconds(pair.at().getEpochSecond())
                .setNanos(pair.at().getNano()))
        .setRequestId(pair.requestId())
        .setPrimary(side(pair.primary()))
        .setShadow(side(pair.shadow()));
  }

  private static MirrorSide side(AnsweredTwice.Side side) {
    return MirrorSide.newBuilder()
        .setModel(side.version().model())
        .setVersion(side.version().version())
        .setVariant(side.variant())
        .setStatus(side.code().number())
        .setLatencyNanos(side.latencyNanos())
        .setTraceId(orEmpty(side.traceId()))
        .build();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** Takes the oldest pairs, at most this many. */
  public List<MirrorPair> take(int most) {
    var taken = new ArrayList<MirrorPair>();
    while (taken.size() < most) {
      MirrorPair next = waiting.poll();
      if (next == null) {
        break;
      }
      waitingCount.decrementAndGet();
      taken.add(next);
    }
    return taken;
  }

  /** Pairs that wait for the monitor. */
  public int waiting() {
    return waitingCount.get();
  }

  /** Pairs that could not be kept for the monitor. */
  public long dropped() {
    return dropped.sum();
  }

  /** Pairs whose answers were there but not compared: no room, or malformed. */
  public long notCompared() {
    return notCompared.sum();
  }
}
