package dev.weir.monitor.forward;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.MessageLite;
import dev.weir.platform.time.Scheduler;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends exports on to one collector: in order, one at a time, and again with growing waits while
 * the collector is away, as the OTLP specification says (its retryable status codes). What waits is
 * bounded in bytes; when there is no room the oldest is dropped, so that a collector that comes
 * back gets the newest. Thread-safe; {@link #offer} never waits.
 */
final class OtlpForwarder {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpForwarder.class);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final int MAX_DOUBLINGS = 5;
  private static final Set<Status.Code> RETRYABLE =
      EnumSet.of(
          Status.Code.CANCELLED,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.ABORTED,
          Status.Code.OUT_OF_RANGE,
          Status.Code.UNAVAILABLE,
          Status.Code.DATA_LOSS);

  /** The way to a collector. */
  interface Export {
    /** Sends, waits for the answer, and says what it was. */
    Status send(Signal signal, MessageLite request);
  }

  private record Waiting(Signal signal, MessageLite request, int bytes) {}

  private final String endpoint;
  private final long maxBytes;
  private final Export export;
  private final Scheduler scheduler;
  private final ForwardCounts counts = new ForwardCounts();

  @GuardedBy("this")
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private long waitingBytes;

  @GuardedBy("this")
  private boolean busy;

  @GuardedBy("this")
  private boolean away;

  @GuardedBy("this")
  private final Set<Signal> refused = EnumSet.noneOf(Signal.class);

  /**
   * @param maxBytes what may wait, serialised
   */
  OtlpForwarder(String endpoint, long maxBytes, Export export, Scheduler scheduler) {
    this.endpoint = endpoint;
    this.maxBytes = maxBytes;
    this.export = export;
    this.scheduler = scheduler;
  }

  /** Sends it when its turn comes. */
  void offer(Signal signal, MessageLite request) {
    int bytes = request.getSerializedSize();
    if (bytes > maxBytes) {
      counts.add(signal, ForwardCounts.Result.DROPPED);
      return;
    }
    synchronized (this) {
      waiting.addLast(new Waiting(signal, request, bytes));
      waitingBytes += bytes;
      while (waitingBytes > maxBytes) {
        counts.add(takeFirst().signal(), ForwardCounts.Result.DROPPED);
      }
      if (busy) {
        return;
      }
      busy = true;
    }
    scheduler.after(Duration.ZERO, this::sendNext);
  }

  @GuardedBy("this")
  private Waiting takeFirst() {
    Waiting first = waiting.removeFirst();
    waitingBytes -= first.bytes();
    return first;
  }

  private void sendNext() {
    Waiting next = next();
    if (next != null) {
      send(next, 0);
    }
  }

  private synchronized @Nullable Waiting next() {
    if (waiting.isEmpty()) {
      busy = false;
      return null;
    }
    return takeFirst();
  }

  private void send(Waiting one, int failures) {
    Status status = export.send(one.signal(), one.request());
    if (status.isOk()) {
      counts.add(one.signal(), ForwardCounts.Result.SENT);
      sayBack();
      scheduler.after(Duration.ZERO, this::sendNext);
    } else if (RETRYABLE.contains(status.getCode())) {
      counts.add(one.signal(), ForwardCounts.Result.RETRIED);
      sayAway(status);
      Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
      scheduler.after(wait, () -> send(one, failures + 1));
    } else {
      counts.add(one.signal(), ForwardCounts.Result.REFUSED);
      sayRefused(one.signal(), status);
      scheduler.after(Duration.ZERO, this::sendNext);
    }
  }

  private synchronized void sayAway(Status status) {
    if (!away) {
      away = true;
      LOG.atWarn()
          .addKeyValue("endpoint", endpoint)
          .addKeyValue("status", status.getCode())
          .log("the collector does not take what is forwarded, it is tried again");
    }
  }

  private synchronized void sayBack() {
    if (away) {
      away = false;
      LOG.atInfo().addKeyValue("endpoint", endpoint).log("the collector takes what is forwarded");
    }
  }

  private synchronized void sayRefused(Signal signal, Status status) {
    if (refused.add(signal)) {
      LOG.atWarn()
          .addKeyValue("endpoint", endpoint)
          .addKeyValue("signal", signal.word())
          .addKeyValue("status", status.getCode())
          .log("the collector refuses what is forwarded, it is dropped and counted");
    }
  }

  String endpoint() {
    return endpoint;
  }

  ForwardCounts counts() {
    return counts;
  }

  /** Bytes that wait, without the export that is on its way. */
  synchronized long waitingBytes() {
    return waitingBytes;
  }
}
