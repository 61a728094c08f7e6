package dev.weir.router.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A row of counts that many threads add to: each thread adds in one of a few rows, made when it
 * first does, and the sum is over all of them. An addition is one atomic instruction that other
 * threads hardly ever touch. Thread-safe, lock-free.
 */
final class StripedCounts {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int MAX_STRIPES = 8;
  private static final int STRIPES =
      Math.min(
          MAX_STRIPES, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

  private final int size;
  private final AtomicReferenceArray<long[]> stripes = new AtomicReferenceArray<>(STRIPES);

  StripedCounts(int size) {
    this.size = size;
  }

  /** The calling thread's row, for several additions. */
  long[] row() {
    int stripe = (int) Thread.currentThread().threadId() & STRIPES - 1;
    long[] row = stripes.get(stripe);
    if (row != null) {
      return row;
    }
    stripes.compareAndSet(stripe, null, new long[size]);
    return stripes.get(stripe);
  }

  /** Adds in a row that {@link #row} gave. */
  static void add(long[] row, int index, long value) {
    CELL.getAndAdd(row, index, value);
  }

  void increment(int index) {
    add(row(), index, 1);
  }

  long sum(int index) {
    long sum = 0;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      long[] row = stripes.get(stripe);
      if (row != null) {
        sum += (long) CELL.getVolatile(row, index);
      }
    }
    return sum;
  }
}
