package dev.weir.platform.time;

import java.time.Duration;
import java.time.Instant;

/**
 * A clock that can skip time in which nothing that became due is run: as for a process that stood
 * still, or a call that took long.
 */
public final class SkippingClock implements Clock {
  private final Clock clock;
  private volatile long skippedNanos;

  /**
   * @param clock goes on as it does
   */
  public SkippingClock(Clock clock) {
    this.clock = clock;
  }

  /** One thread at a time. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void skip(Duration time) {
    skippedNanos += time.toNanos();
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime() + skippedNanos;
  }

  @Override
  public Instant now() {
    return clock.now().plusNanos(skippedNanos);
  }
}
