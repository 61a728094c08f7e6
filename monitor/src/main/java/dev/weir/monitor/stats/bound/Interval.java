package dev.weir.monitor.stats.bound;

import dev.weir.platform.error.Check;

/**
 * Both ends of an interval of shares.
 *
 * @param low lower end, 0 to 1
 * @param high upper end, low to 1
 */
public record Interval(double low, double high) {
  public Interval {
    Check.inRange("low", low, 0.0, 1.0);
    Check.inRange("high", high, low, 1.0);
  }
}
