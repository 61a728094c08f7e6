package dev.weir.platform.time;

import java.time.Instant;

/** Time. Thread-safe. */
public interface Clock {
  /** Monotonic time in nanoseconds from an arbitrary origin; only differences mean something. */
  long nanoTime();

  /** Wall-clock time. May jump. */
  Instant now();

  /** The machine's clock. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
