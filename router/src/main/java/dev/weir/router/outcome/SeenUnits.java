package dev.weir.router.outcome;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The keys that were counted in one rollout: a set of 64-bit units, none of them 0, with a limit.
 * Open addressing with linear probing; units are hashes already. Thread-safe, lock-free.
 */
final class SeenUnits {
  /** What adding a unit showed. */
  enum Novelty {
    FIRST,
    SEEN,
    /** New, but the set is full: it cannot be told apart. */
    NO_ROOM
  }

  private final AtomicLongArray table;
  private final int mask;
  private final int limit;
  private final AtomicInteger size = new AtomicInteger();

  SeenUnits(int limit) {
    int capacity = Integer.highestOneBit(Math.max(8, limit)) << 2;
    this.table = new AtomicLongArray(capacity);
    this.mask = capacity - 1;
    this.limit = limit;
  }

  Novelty add(long unit) {
    int at = (int) (unit ^ unit >>> 32) & mask;
    while (true) {
      long there = table.get(at);
      if (there == unit) {
        return Novelty.SEEN;
      }
      if (there == 0) {
        if (size.get() >= limit) {
          return Novelty.NO_ROOM;
        }
        if (table.compareAndSet(at, 0, unit)) {
          size.incrementAndGet();
          return Novelty.FIRST;
        }
        // somebody took the place: look again, it may be this very unit
        continue;
      }
      at = at + 1 & mask;
    }
  }

  int size() {
    return size.get();
  }
}
