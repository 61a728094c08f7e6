package dev.weir.router.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket of tokens that fills at an even rate, in one number: the time at which it will be full
 * again (the "theoretical arrival time" of ITU-T I.371's generic cell rate algorithm). The rate is
 * not part of it, so that a route's new bounds hold at once. Thread-safe, lock-free.
 */
public final class TokenBucket {
  private static final double SECOND = 1e9;

  private final AtomicLong fullAt;

  /** Full. */
  public TokenBucket(long nowNanos) {
    this.fullAt = new AtomicLong(nowNanos);
  }

  /** Nanoseconds in which one token comes, at least 1. */
  public static long intervalNanos(double perSecond) {
    return Math.max(1, Math.round(SECOND / perSecond));
  }

  /**
   * Takes a token.
   *
   * @param burst tokens that the bucket holds, as far as this request may use them
   * @return whether there was one
   */
  public boolean take(long nowNanos, long intervalNanos, int burst) {
    long depth = intervalNanos * (burst - 1L);
    while (true) {
      long full = fullAt.get();
      long from = full - nowNanos > 0 ? full : nowNanos;
      if (from - nowNanos > depth) {
        return false;
      }
      if (fullAt.compareAndSet(full, from + intervalNanos)) {
        return true;
      }
    }
  }

  /** Puts a token back that was taken for nothing. */
  void putBack(long intervalNanos) {
    fullAt.addAndGet(-intervalNanos);
  }

  boolean isFull(long nowNanos) {
    return fullAt.get() - nowNanos <= 0;
  }
}
