package dev.weir.monitor.stats.bound;

import dev.weir.platform.error.InvalidValueException;

/** Checks of parameters, each returns its value or throws. */
final class Ranges {
  private Ranges() {}

  static double insideUnit(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new InvalidValueException(name, value, "over 0 and under 1");
    }
    return value;
  }

  static double over(String name, double value, double limit) {
    if (!(value > limit && value < Double.POSITIVE_INFINITY)) {
      throw new InvalidValueException(name, value, "finite, over " + limit);
    }
    return value;
  }

  static double atLeast(String name, double value, double least) {
    if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
      throw new InvalidValueException(name, value, "finite, " + least + " or more");
    }
    return value;
  }

  static long atLeast(String name, long value, long least) {
    if (value < least) {
      throw new InvalidValueException(name, value, least + " or more");
    }
    return value;
  }
}
