package dev.weir.worker.admission;

import dev.weir.platform.time.Clock;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests are in the worker at a time. A request that finds no room waits, in order of
 * arrival, at most a given time and with at most a given number of others; then it is refused. Once
 * draining, everything new is refused.
 *
 * <p>Invariant: {@code inFlight <= capacity}, {@code waiting <= maxWaiting}. Thread-safe.
 */
public final class Room {
  private final int capacity;
  private final int maxWaiting;
  private final Duration maxWait;
  private final Clock clock;
  private final Semaphore free;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean draining;

  /**
   * @param capacity requests at a time
   * @param maxWaiting requests that may wait
   * @param maxWait longest wait
   */
  public Room(int capacity, int maxWaiting, Duration maxWait, Clock clock) {
    this.capacity = capacity;
    this.maxWaiting = maxWaiting;
    this.maxWait = maxWait;
    this.clock = clock;
    this.free = new Semaphore(capacity, true);
  }

  /** What became of a request that asked to come in. */
  public sealed interface Entry {
    /**
     * It is in, until {@link Seat#close}.
     *
     * @param waitedNanos how long it waited
     */
    record Admitted(Seat seat, long waitedNanos) implements Entry {}

    /** It is not. */
    record Refused(Refusal refusal) implements Entry {}
  }

  /** A request's place; closing it a second time does nothing. */
  public final class Seat implements AutoCloseable {
    private final AtomicBoolean taken = new AtomicBoolean(true);

    private Seat() {}

    @Override
    public void close() {
      if (taken.compareAndSet(true, false)) {
        free.release();
      }
    }
  }

  /**
   * Lets a request in, now or after a wait that ends with the current gRPC context's deadline at
   * the latest.
   */
  public Entry enter() {
    if (draining) {
      return refused(
          Status.Code.UNAVAILABLE, "draining", "the worker is stopping and takes no new requests");
    }
    if (free.tryAcquire()) {
      return new Entry.Admitted(new Seat(), 0);
    }
    if (waiting.incrementAndGet() > maxWaiting) {
      waiting.decrementAndGet();
      return refused(
          Status.Code.RESOURCE_EXHAUSTED,
          "queue_full",
          "all %d places are taken and %d requests wait".formatted(capacity, maxWaiting));
    }
    long startNanos = clock.nanoTime();
    try {
      long waitNanos = waitNanos();
      if (free.tryAcquire(waitNanos, TimeUnit.NANOSECONDS)) {
        return new Entry.Admitted(new Seat(), clock.nanoTime() - startNanos);
      }
      return refused(
          Status.Code.RESOURCE_EXHAUSTED,
          "queue_wait",
          "no place of %d became free within %d ms"
              .formatted(capacity, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refused(Status.Code.CANCELLED, "cancelled", "cancelled while waiting for a place");
    } finally {
      waiting.decrementAndGet();
    }
  }

  private long waitNanos() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? maxWait.toNanos()
        : Math.clamp(deadline.timeRemaining(TimeUnit.NANOSECONDS), 0, maxWait.toNanos());
  }

  private static Entry refused(Status.Code code, String reason, String message) {
    return new Entry.Refused(new Refusal(code, reason, message));
  }

  /** Refuses everything from now on; those that wait already still get in. */
  public void drain() {
    draining = true;
  }

  /** Waits until nobody is in, at most this long. Returns whether that was so. */
  public boolean awaitEmpty(Duration timeout) throws InterruptedException {
    if (!free.tryAcquire(capacity, timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    free.release(capacity);
    return true;
  }

  /** Requests that are in. */
  public int inFlight() {
    return capacity - free.availablePermits();
  }

  /** Requests that wait. */
  public int waiting() {
    return waiting.get();
  }

  /** Requests at a time. */
  public int capacity() {
    return capacity;
  }
}
