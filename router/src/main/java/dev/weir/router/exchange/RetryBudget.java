package dev.weir.router.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many further attempts (retries and hedges) a route may make: a share of its requests in the
 * last seconds, and a few on top so that a quiet route may retry too. A worker fleet in trouble so
 * never gets more than the share on top of its usual load.
 *
 * <p>In the window, which is {@value #BUCKETS} buckets and the one that is being filled: {@code
 * taken <= share * requests + perSecond * window}. Thread-safe, lock-free; counting a request is
 * one striped addition.
 */
final class RetryBudget {
  /** Buckets of a window. */
  static final int BUCKETS = 10;

  private static final VarHandle WINDOW;

  static {
    try {
      WINDOW = MethodHandles.lookup().findVarHandle(RetryBudget.class, "window", Window.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long bucketNanos;
  private final long least;
  private final LongAdder requests = new LongAdder();
  private final AtomicLong taken = new AtomicLong();
  private volatile Window window;

  /**
   * Totals at the starts of the buckets, oldest first; the last is that of the bucket being filled.
   */
  private record Window(long startNanos, long[] requests, long[] taken) {
    static Window empty(long nowNanos) {
      return new Window(nowNanos, new long[BUCKETS + 1], new long[BUCKETS + 1]);
    }

    /** The window as many buckets later. */
    Window after(long buckets, long bucketNanos, long requestsNow, long takenNow) {
      long[] nextRequests = new long[BUCKETS + 1];
      long[] nextTaken = new long[BUCKETS + 1];
      for (int i = 0; i <= BUCKETS; i++) {
        boolean known = i + buckets <= BUCKETS;
        nextRequests[i] = known ? requests[i + (int) buckets] : requestsNow;
        nextTaken[i] = known ? taken[i + (int) buckets] : takenNow;
      }
      return new Window(startNanos + buckets * bucketNanos, nextRequests, nextTaken);
    }
  }

  /**
   * @param windowNanos time that the share refers to
   * @param perSecond attempts per second that are always allowed
   */
  RetryBudget(long windowNanos, int perSecond, long nowNanos) {
    this.bucketNanos = Math.max(1, windowNanos / BUCKETS);
    this.least = Math.round(perSecond * (windowNanos * 1e-9));
    this.window = Window.empty(nowNanos);
  }

  /** Counts a request. */
  void request(long nowNanos) {
    current(nowNanos);
    requests.increment();
  }

  /** Takes one further attempt; false, and nothing is taken, when none is left. */
  boolean tryTake(double share, long nowNanos) {
    Window now = current(nowNanos);
    while (true) {
      long takenNow = taken.get();
      double allowed = share * (requests.sum() - now.requests()[0]) + least;
      if (takenNow - now.taken()[0] + 1 > allowed) {
        return false;
      }
      if (taken.compareAndSet(takenNow, takenNow + 1)) {
        return true;
      }
    }
  }

  private Window current(long nowNanos) {
    while (true) {
      Window now = window;
      long past = nowNanos - now.startNanos();
      if (past < bucketNanos) {
        return now;
      }
      Window next = now.after(past / bucketNanos, bucketNanos, requests.sum(), taken.get());
      if (WINDOW.compareAndSet(this, now, next)) {
        return next;
      }
    }
  }
}
