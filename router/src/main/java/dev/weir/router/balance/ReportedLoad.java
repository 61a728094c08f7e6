package dev.weir.router.balance;

/**
 * The utilisation that a worker reported last, and when: one 64-bit word, float and time in
 * milliseconds. Thread-safe.
 */
final class ReportedLoad {
  private volatile long word;

  /** Takes a report. */
  void report(double utilization, long nowNanos) {
    long bits = Float.floatToRawIntBits((float) Math.clamp(utilization, 0.0, 1_000.0) + 1);
    word = bits << 32 | millis(nowNanos) & 0xffff_ffffL;
  }

  /** What was reported, 0 or more; -1 when nothing was, or too long ago. */
  double at(long nowNanos, long maxAgeNanos) {
    long now = word;
    if (now == 0 || Math.abs(millis(nowNanos) - (int) now) * 1_000_000L > maxAgeNanos) {
      return -1;
    }
    // kept with 1 added, so that 0 is a report
    return Float.intBitsToFloat((int) (now >>> 32)) - 1;
  }

  private static int millis(long nanos) {
    return (int) (nanos / 1_000_000);
  }
}
