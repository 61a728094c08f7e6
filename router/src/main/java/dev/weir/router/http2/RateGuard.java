package dev.weir.router.http2;

/**
 * Allows so many events per second, and ten seconds' worth at once (a token bucket). Not
 * thread-safe; time comes in.
 */
final class RateGuard {
  private static final int BURST_SECONDS = 10;

  private final double perNano;
  private final double burst;
  private double tokens;
  private long lastNanos;

  RateGuard(int perSecond, long nowNanos) {
    this.perNano = perSecond * 1e-9;
    this.burst = (double) perSecond * BURST_SECONDS;
    this.tokens = burst;
    this.lastNanos = nowNanos;
  }

  /** Counts an event; false when there are too many. */
  boolean allow(long nowNanos) {
    tokens = Math.min(burst, tokens + (nowNanos - lastNanos) * perNano);
    lastNanos = nowNanos;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Allows more: events that were asked for. */
  void explain(int events) {
    tokens = Math.min(burst, tokens + events);
  }
}
