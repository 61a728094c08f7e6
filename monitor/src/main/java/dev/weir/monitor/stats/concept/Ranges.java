package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;

/** Checks of parameters, of observations, and of what a state may hold. */
final class Ranges {
  /** Observations are at most this, either way: their squares and sums stay finite. */
  static final double LARGEST = 1e100;

  private Ranges() {}

  static double between(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " to " + most + ")");
    }
    return value;
  }

  static void between(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " or more)");
    }
  }

  /** An observation of any size that can be summed. */
  static double number(double value) {
    return between("value", value, -LARGEST, LARGEST);
  }

  /** An observation of an error, or of how much of one it was. */
  static double share(double value) {
    return between("value", value, 0, 1);
  }

  /** A parameter that is a whole number. */
  static int whole(StateReader in) {
    long value = in.count();
    if (value > Integer.MAX_VALUE) {
      throw in.damaged("number " + value + " (expected: at most 2147483647)");
    }
    return (int) value;
  }

  static boolean flag(StateReader in) {
    int value = in.uint8();
    if (value > 1) {
      throw in.damaged("flag " + value + " (expected: 0 or 1)");
    }
    return value == 1;
  }

  static double finite(StateReader in) {
    double value = in.float64();
    if (Double.isInfinite(value)) {
      throw in.damaged(value + " (expected: a finite number)");
    }
    return value;
  }

  /** A finite number of at least 0. */
  static double amount(StateReader in) {
    double value = finite(in);
    if (value < 0) {
      throw in.damaged(value + " (expected: 0 or more)");
    }
    return value;
  }
}
