package dev.weir.monitor.history;

import dev.weir.platform.error.InvalidValueException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks for series in steps.
 *
 * @param route only of this route; empty: any
 * @param model only of this model; empty: any
 * @param version only of this version; empty: any
 * @param kinds only of these kinds; empty: any
 * @param name only of this name; empty: any
 * @param from first second, since 1970
 * @param to second after the last, over {@code from}
 * @param points steps at most, 1 to {@value #MOST_POINTS}
 */
record HistoryQuery(
    String route,
    String model,
    String version,
    List<SeriesKind> kinds,
    String name,
    long from,
    long to,
    int points) {
  static final int MOST_POINTS = 5_000;
  private static final int USUAL_POINTS = 240;
  private static final long HOUR = 3_600;
  private static final long LATEST = 253_402_300_800L;

  HistoryQuery {
    kinds = List.copyOf(kinds);
    if (from < 0 || from >= LATEST) {
      throw new InvalidValueException("from", from, "seconds since 1970, before the year 10000");
    }
    if (to <= from || to > LATEST) {
      throw new InvalidValueException("to", to, "over from (" + from + "), before the year 10000");
    }
    if (points < 1 || points > MOST_POINTS) {
      throw new InvalidValueException("points", points, "1 to " + MOST_POINTS);
    }
  }

  /**
   * Reads a query's parameters: {@code series} is a kind or {@code kind:name}; {@code from} and
   * {@code to} are seconds since 1970, negative ones count back from now.
   *
   * @param parameter gives a parameter's value
   * @throws InvalidValueException when one is not usable
   */
  static HistoryQuery read(Function<String, Optional<String>> parameter, long nowSecond) {
    String series = parameter.apply("series").orElse("");
    int colon = series.indexOf(':');
    String kind = colon < 0 ? series : series.substring(0, colon);
    List<SeriesKind> kinds =
        kind.isEmpty()
            ? List.of()
            : List.of(
                SeriesKind.of(kind)
                    .orElseThrow(() ->
                        new InvalidValueException("series", shortened(series), expectedKinds())));
    long to = second("to", parameter.apply("to"), nowSecond, nowSecond);
    return new HistoryQuery(
        parameter.apply("route").orElse(""),
        parameter.apply("model").orElse(""),
        parameter.apply("version").orElse(""),
        kinds,
        colon < 0 ? "" : series.substring(colon + 1),
        second("from", parameter.apply("from"), nowSecond, to - HOUR),
        to,
        parameter.apply("points").map(HistoryQuery::count).orElse(USUAL_POINTS));
  }

  private static String expectedKinds() {
    return "one of "
        + List.of(SeriesKind.values()).stream().map(SeriesKind::word).toList()
        + ", a name after a colon where it has several";
  }

  private static long second(String name, Optional<String> text, long now, long absent) {
    if (text.isEmpty()) {
      return absent;
    }
    try {
      long value = Long.parseLong(text.get());
      return value < 0 ? now + value : value;
    } catch (NumberFormatException e) {
      throw new InvalidValueException(
          name, shortened(text.get()), "seconds since 1970, or negative: before now");
    }
  }

  private static int count(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException("points", shortened(text), "1 to " + MOST_POINTS);
    }
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(64, text.length()));
  }

  /** Whether a series is asked for. */
  boolean wants(SeriesKey key) {
    return (route.isEmpty() || route.equals(key.route()))
        && (model.isEmpty() || model.equals(key.model()))
        && (version.isEmpty() || version.equals(key.version()))
        && (kinds.isEmpty() || kinds.contains(key.kind()))
        && (name.isEmpty() || name.equals(key.name()));
  }

  /**
   * What steps are made of when it is there: of at most 10 minutes or 6 hours, so that an answer
   * does not add up many times more sketches than it shows.
   */
  Resolution coarsest() {
    long needed = (to - from + points - 1) / points;
    return needed > 6 * HOUR ? Resolution.DAY : needed > 600 ? Resolution.HOUR : Resolution.MINUTE;
  }

  /** First step's start: {@code from}, or the start of the minute, hour or day that holds it. */
  long firstStep() {
    return coarsest().floor(from);
  }

  /** Length of a step: whole minutes, hours or days, so few that there are not too many steps. */
  long stepSeconds() {
    long unit = coarsest().seconds();
    long most = points * unit;
    return Math.max(1, (to - firstStep() + most - 1) / most) * unit;
  }
}
