package dev.weir.router.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A row of counts that many threads add to: each thread adds in one of a few rows, made when it
 * first does, and the sum is over all of them. An addition is one atomic instruction that other
 * threads hardly ever touch. Thread-safe, lock-free.
 */
final class StripedCounts {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle ROW = MethodHandles.arrayElementVarHandle(long[][].class);
  private static final int MAX_STRIPES = 8;
  private static final int STRIPES =
      Math.min(
          MAX_STRIPES, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

  private final int size;

  /** Null elements: made when a thread first needs them. */

  /** Elements are null until a thread needs them. */
  private final long[][] stripes = new long[STRIPES][];

  StripedCounts(int size) {
    this.size = size;
  }

  /** The calling thread's row, for several additions. */
  long[] row() {
    int stripe = (int) Thread.currentThread().threadId() & STRIPES - 1;
    // plain: whoever sees a row at all sees zeros or what was added since
    long[] row = stripes[stripe];
    return row != null ? row : newRow(stripe);
  }

  private long[] newRow(int stripe) {
    long[] fresh = new long[size];
    Object before = ROW.compareAndExchange(stripes, stripe, (long[]) null, fresh);
    return before == null ? fresh : (long[]) before;
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
      long[] row = (long[]) ROW.getVolatile(stripes, stripe);
      if (row != null) {
        sum += (long) CELL.getVolatile(row, index);
      }
    }
    return sum;
  }
}
