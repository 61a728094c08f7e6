package dev.weir.monitor.privacy;

import dev.weir.platform.error.InvalidValueException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which kept samples are asked for.
 *
 * @param model empty: any
 * @param version empty: any
 * @param fromMillis first time, since 1970
 * @param toMillis time after the last
 * @param limit at most so many, at least 1
 */
record SampleQuery(String model, String version, long fromMillis, long toMillis, int limit) {
  private static final int USUAL_LIMIT = 100;
  private static final long MAX_SECONDS = 1L << 40;

  /**
   * Reads {@code model, version, from, to, limit}; {@code from} and {@code to} in seconds since
   * 1970, negative ones counted back from now.
   *
   * @param parameter value of a parameter
   * @param nowMillis since 1970
   * @param maxLimit most samples in an answer
   * @throws InvalidValueException naming the parameter
   */
  static SampleQuery read(
      Function<String, Optional<String>> parameter, long nowMillis, int maxLimit) {
    long from = parameter.apply("from").map(text -> millis("from", text, nowMillis)).orElse(0L);
    long to =
        parameter.apply("to").map(text -> millis("to", text, nowMillis)).orElse(Long.MAX_VALUE);
    if (from >= to) {
      throw new InvalidValueException("from", from / 1_000, "before to, " + to / 1_000);
    }
    long limit =
        parameter
            .apply("limit")
            .map(text -> number("limit", text))
            .orElse((long) Math.min(USUAL_LIMIT, maxLimit));
    if (limit < 1 || limit > maxLimit) {
      throw new InvalidValueException("limit", limit, "1 to " + maxLimit);
    }
    return new SampleQuery(
        parameter.apply("model").orElse(""),
        parameter.apply("version").orElse(""),
        from,
        to,
        (int) limit);
  }

  private static long millis(String name, String text, long nowMillis) {
    long seconds = number(name, text);
    if (Math.abs(seconds) > MAX_SECONDS) {
      throw new InvalidValueException(name, seconds, -MAX_SECONDS + " to " + MAX_SECONDS);
    }
    return seconds < 0 ? nowMillis + seconds * 1_000 : seconds * 1_000;
  }

  private static long number(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, "\"" + text + "\"", "a whole number");
    }
  }
}
