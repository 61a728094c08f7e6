package dev.weir.router.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a replica's answers take, as a moving average that follows a rise at once and a fall slowly
 * ("peak EWMA", after Finagle's balancer). One 64-bit word, so that value and time change together:
 *
 * <pre>
 *   63..32  latency in nanoseconds, a float; 0: nothing observed yet
 *   31..0   when it was observed, in ticks of 2^16 ns (65.5 us), wrapping after 78 h
 * </pre>
 *
 * An observation x after the time t moves the average a to {@code max(x, a + (x - a) t / (d + t))}
 * with the decay d: the fraction is cheap and for t much shorter than d the same as {@code 1 -
 * e^(-t/d)}. Thread-safe, lock-free.
 */
final class PeakLatency {
  private static final VarHandle WORD;
  private static final int TICK_SHIFT = 16;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(PeakLatency.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // by WORD
  private volatile long word;

  /** Takes an observed latency. */
  void observe(long latencyNanos, long nowNanos, long decayNanos) {
    float latency = Math.max(1, latencyNanos);
    int tick = tick(nowNanos);
    while (true) {
      long before = word;
      float average = value(before);
      float next = latency;
      if (latency <= average) {
        long elapsed = elapsed(before, tick);
        if (elapsed == 0) {
          return;
        }
        next = average + (latency - average) * elapsed / (float) (decayNanos + elapsed);
      }
      if (WORD.weakCompareAndSet(this, before, word(next, tick))) {
        return;
      }
    }
  }

  /** Takes a latency that was not observed to its end: it can only raise the average. */
  void atLeast(long latencyNanos, long nowNanos, long decayNanos) {
    if (latencyNanos > value(word)) {
      observe(latencyNanos, nowNanos, decayNanos);
    }
  }

  /**
   * The average now, nanoseconds; 0: nothing observed yet. It fades while nothing is observed, so
   * that a replica that was slow once is tried again.
   *
   * @param pickedNanos when it was last picked: that, too, holds the fading up, or the first
   *     request after a pause would draw others after it before its answer is there
   */
  double at(long nowNanos, long pickedNanos, long decayNanos) {
    long now = word;
    float average = value(now);
    if (average == 0) {
      return 0;
    }
    long quiet = Math.min(elapsed(now, tick(nowNanos)), Math.max(0, nowNanos - pickedNanos));
    return (double) average * decayNanos / (decayNanos + quiet);
  }

  private static int tick(long nanos) {
    return (int) (nanos >>> TICK_SHIFT);
  }

  private static long elapsed(long word, int tick) {
    return (long) Math.max(0, tick - (int) word) << TICK_SHIFT;
  }

  private static float value(long word) {
    return Float.intBitsToFloat((int) (word >>> 32));
  }

  private static long word(float value, int tick) {
    return (long) Float.floatToRawIntBits(value) << 32 | tick & 0xffff_ffffL;
  }
}
