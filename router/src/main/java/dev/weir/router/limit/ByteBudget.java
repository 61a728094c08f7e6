package dev.weir.router.limit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Bytes that may be held at the same time for one purpose, all loops together. Thread-safe. */
public final class ByteBudget {
  private final long limit;
  private final AtomicLong held = new AtomicLong();
  private final LongAdder refused = new LongAdder();

  /**
   * @param limit bytes held at most
   */
  public ByteBudget(long limit) {
    this.limit = limit;
  }

  /** Takes room; false when there is none, which is counted. */
  public boolean take(int bytes) {
    if (held.addAndGet(bytes) <= limit) {
      return true;
    }
    held.addAndGet(-bytes);
    refused.increment();
    return false;
  }

  /** Gives room back. */
  public void giveBack(int bytes) {
    held.addAndGet(-bytes);
  }

  /** Bytes held now. */
  public long held() {
    return held.get();
  }

  /** How often there was no room. */
  public long refused() {
    return refused.sum();
  }
}
