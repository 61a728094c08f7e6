package dev.weir.loadtest.load;

import dev.weir.platform.error.Check;
import dev.weir.platform.time.Randomness;
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

  private final double nanosPerRequest;
  private final Kind kind;
  private final RandomGenerator random;
  private long count;
  private double dueNanos;

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

  /** Time of the next request, nanoseconds from the start, ascending. */
  public long next() {
    count++;
    switch (kind) {
      // by multiplication: sums would drift
      case EVEN -> dueNanos = count * nanosPerRequest;
      case POISSON -> dueNanos += nanosPerRequest * random.nextExponential();
    }
    return (long) dueNanos;
  }
}
