package dev.weir.router.relay;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Bytes of requests that are kept for another try, all loops together. Thread-safe. */
final class KeepBudget {
  private final long limit;
  private final AtomicLong kept = new AtomicLong();
  private final LongAdder refused = new LongAdder();

  KeepBudget(long limit) {
    this.limit = limit;
  }

  /** Takes room; false when there is none, which is counted. */
  boolean take(int bytes) {
    if (kept.addAndGet(bytes) <= limit) {
      return true;
    }
    kept.addAndGet(-bytes);
    refused.increment();
    return false;
  }

  void giveBack(int bytes) {
    kept.addAndGet(-bytes);
  }

  long kept() {
    return kept.get();
  }

  long refused() {
    return refused.sum();
  }
}
