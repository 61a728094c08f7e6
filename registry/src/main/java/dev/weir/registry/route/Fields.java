package dev.weir.registry.route;

import com.google.protobuf.Duration;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules that several parts of a route share. */
final class Fields {
  private static final Pattern HEADER = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

  private Fields() {}

  static void header(String field, String value) {
    if (!HEADER.matcher(value).matches() || value.endsWith("-bin")) {
      throw new InvalidValueException(
          field,
          "\"" + value + "\"",
          "a lower-case metadata name of 1 to 128 characters that does not end in -bin");
    }
  }

  static void variant(String field, String name, Set<String> variants) {
    if (!variants.contains(name)) {
      throw new InvalidValueException(field, name, "the name of one of the route's variants");
    }
  }

  /** An unsigned field of the wire, as an int holds it. */
  static long unsigned(String field, int value, long min, long max) {
    return Check.inRange(field, Integer.toUnsignedLong(value), min, max);
  }

  static void millis(String field, Duration duration, long min, long max) {
    boolean readable =
        duration.getSeconds() >= 0
            && duration.getSeconds() <= max / 1_000
            && duration.getNanos() >= 0
            && duration.getNanos() < 1_000_000_000;
    long nanos = readable ? duration.getSeconds() * 1_000_000_000L + duration.getNanos() : -1;
    if (nanos < min * 1_000_000 || nanos > max * 1_000_000) {
      throw new InvalidValueException(
          field,
          duration.getSeconds() + "s " + duration.getNanos() + "ns",
          Check.show(java.time.Duration.ofMillis(min))
              + " to "
              + Check.show(java.time.Duration.ofMillis(max)));
    }
  }
}
