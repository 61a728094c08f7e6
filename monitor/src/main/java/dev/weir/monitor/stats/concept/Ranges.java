package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;

/** Checks of parameters. */
final class Ranges {
  private Ranges() {}

  static void between(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
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

  static int number(StateReader in, long value) {
    if (value > Integer.MAX_VALUE) {
      throw in.damaged("number " + value + " (expected: at most 2147483647)");
    }
    return (int) value;
  }
}
