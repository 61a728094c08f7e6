package dev.weir.router.exchange;

import java.util.Arrays;
import java.util.List;

/** Bounds of the latency histogram that operators see. */
final class LatencyBounds {
  /** In seconds, ascending. */
  static final List<Double> SECONDS =
      List.of(
          0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3,
          0.5, 1.0, 2.0, 5.0, 10.0, 30.0);

  /** How many. */
  static final int COUNT = 20;

  private static final long[] NANOS =
      SECONDS.stream().mapToLong(s -> Math.round(s * 1e9)).toArray();

  private LatencyBounds() {}

  /** The first bound that a latency is not over; {@link #COUNT} when it is over all. */
  static int bucketOf(long nanos) {
    int found = Arrays.binarySearch(NANOS, nanos);
    return found >= 0 ? found : -found - 1;
  }
}
