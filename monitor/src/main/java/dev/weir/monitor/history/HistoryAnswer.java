package dev.weir.monitor.history;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Series in steps, as JSON.
 *
 * @param from start of the first step, seconds since 1970
 * @param to second after the last
 * @param stepSeconds length of a step
 * @param series by route, model, version, kind and name
 */
public record HistoryAnswer(long from, long to, long stepSeconds, List<Series> series) {
  /**
   * One series.
   *
   * @param kind its kind's word
   * @param points steps in which something came, oldest first: {@code start} (seconds since 1970),
   *     {@code of} (minute, hour or day), and what is known of it
   */
  public record Series(
      String route,
      String model,
      String version,
      String kind,
      String name,
      List<Map<String, Object>> points) {}

  static HistoryAnswer of(HistoryReading reading, HistoryQuery query, List<SeriesKey> keys) {
    return new HistoryAnswer(
        query.firstStep(),
        query.to(),
        query.stepSeconds(),
        keys.stream().map(key -> series(reading, query, key)).toList());
  }

  private static Series series(HistoryReading reading, HistoryQuery query, SeriesKey key) {
    return new Series(
        key.route(),
        key.model(),
        key.version(),
        key.kind().word(),
        key.name(),
        reading
            .points(key, query.firstStep(), query.to(), query.stepSeconds(), query.coarsest())
            .entrySet()
            .stream()
            .map(entry -> point(entry.getKey(), entry.getValue()))
            .toList());
  }

  private static Map<String, Object> point(long start, HistoryPoint point) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("start", start);
    shown.put("of", point.resolution().word());
    shown.putAll(point.value().describe());
    return shown;
  }
}
