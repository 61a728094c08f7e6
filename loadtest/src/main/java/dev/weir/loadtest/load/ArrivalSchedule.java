package dev.weir.loadtest.load;

import dev.weir.platform.error.Check;
import dev.weir.platform.time.Randomness;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When requests are due. Not thread-safe.
 *
 * <p>{@link Kind#POISSON}: independent users, exponential gaps. {@link Kind#EVEN}: equal gaps.
 */
public final class ArrivalSchedule {
  /** Kinds of arrival processes. */
  public enum Kind {
    /** Independent users. */
    POISSON,
    /** Equal gaps. */
    EVEN
  }

  /** Share of the rate that a ramp begins with. */
  private static final double RAMP_START = 0.1;

  private final double nanosPerRequest;
  private final Kind kind;
  private final RandomGenerator random;
  private long count;
  private double dueNanos;
  private double rampNanos;

  /**
   * @param requestsPerSecond mean rate, 0.001 to 1,000,000
   * @param seed the same seed gives the same gaps
   */
  public ArrivalSchedule(double requestsPerSecond, Kind kind, long seed) {
    Check.inRange("rate", requestsPerSecond, 0.001, 1_000_000.0);
    this.nanosPerRequest = 1e9 / requestsPerSecond;
    this.kind = kind;
    this.random = Randomness.seeded(seed);
  }

  /**
   * Begins at a tenth of the rate and grows evenly to all of it over this time, so that a fresh
   * server can warm up. Before the first request only. Returns this.
   */
  public ArrivalSchedule rampingUp(Duration time) {
    if (count > 0) {
      throw new IllegalStateException("requests were scheduled already: " + count);
    }
    rampNanos = Check.inRange("ramp", time, Duration.ZERO, Duration.ofHours(1)).toNanos();
    return this;
  }

  /** Time of the next request, nanoseconds from the start, ascending. */
  public long next() {
    count++;
    switch (kind) {
      // by multiplication: sums would drift
      case EVEN -> dueNanos = count * nanosPerRequest;
      case POISSON -> dueNanos += nanosPerRequest * random.nextExponential();
    }
    return (long) onRamp(dueNanos);
  }

  /**
   * From the time at which a request would be due at the full rate to the time at which it is due
   * on the ramp: the inverse of the ramp's cumulated rate (the time change that makes a Poisson
   * process one of a given rate).
   */
  private double onRamp(double fullRateNanos) {
    double growth = 1 - RAMP_START;
    double atEnd = rampNanos * (RAMP_START + growth / 2);
    if (fullRateNanos >= atEnd) {
      return fullRateNanos - atEnd + rampNanos;
    }
    double root = Math.sqrt(RAMP_START * RAMP_START + 2 * growth * fullRateNanos / rampNanos);
    return (root - RAMP_START) * rampNanos / growth;
  }
}
