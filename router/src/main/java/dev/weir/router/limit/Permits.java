package dev.weir.router.limit;

import java.util.concurrent.atomic.AtomicInteger;

/** Requests at the same time. Thread-safe, lock-free. */
final class Permits {
  private static final int RETIRED = -1;

  private final AtomicInteger taken = new AtomicInteger();

  /** What asking for a permit gave. */
  enum Taking {
    TAKEN,
    NONE_LEFT,
    /** Nobody looks here any more: ask where the owner's permits are now. */
    RETIRED
  }

  /**
   * @param most permits that this request may use up
   */
  Taking take(int most) {
    while (true) {
      int now = taken.get();
      if (now == RETIRED) {
        return Taking.RETIRED;
      }
      if (now >= most) {
        return Taking.NONE_LEFT;
      }
      if (taken.compareAndSet(now, now + 1)) {
        return Taking.TAKEN;
      }
    }
  }

  void release() {
    if (taken.decrementAndGet() < 0) {
      throw new IllegalStateException("a permit was given back twice");
    }
  }

  /** Closes them for ever when none is taken. */
  boolean retire() {
    return taken.compareAndSet(0, RETIRED);
  }

  int taken() {
    return Math.max(0, taken.get());
  }
}
