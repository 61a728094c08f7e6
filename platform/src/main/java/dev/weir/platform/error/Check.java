package dev.weir.platform.error;

import java.time.Duration;

/**
 * Checks of values given from outside, for compact constructors: each returns its value or throws.
 */
public final class Check {
  private Check() {}

  /** {@code min <= value <= max}. */
  public static int inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new InvalidValueException(name, value, min + " to " + max);
    }
    return value;
  }

  /** {@code min <= value <= max}. */
  public static long inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidValueException(name, value, min + " to " + max);
    }
    return value;
  }

  /** {@code min <= value <= max}; not NaN. */
  public static double inRange(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new InvalidValueException(name, value, min + " to " + max);
    }
    return value;
  }

  /** {@code min <= value <= max}. */
  public static Duration inRange(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new InvalidValueException(name, show(value), show(min) + " to " + show(max));
    }
    return value;
  }

  /** A text with at least one character that is not blank. */
  public static String notBlank(String name, String value) {
    if (value.isBlank()) {
      throw new InvalidValueException(name, "\"" + value + "\"", "not empty");
    }
    return value;
  }

  /** Port 0 (any free one) to 65,535. */
  public static int port(String name, int value) {
    return inRange(name, value, 0, 65_535);
  }

  /** A duration as configuration files write it: "250ms", "5s", "2m", "1h". */
  public static String show(Duration value) {
    if (value.isZero()) {
      return "0s";
    }
    if (value.toNanosPart() % 1_000_000 != 0) {
      return value.toNanos() % 1_000 == 0 ? value.toNanos() / 1_000 + "us" : value.toNanos() + "ns";
    }
    if (value.toMillisPart() != 0) {
      return value.toMillis() + "ms";
    }
    if (value.toSecondsPart() != 0) {
      return value.toSeconds() + "s";
    }
    return value.toMinutesPart() != 0 ? value.toMinutes() + "m" : value.toHours() + "h";
  }
}
