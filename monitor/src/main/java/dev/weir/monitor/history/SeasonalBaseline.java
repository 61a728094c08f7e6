package dev.weir.monitor.history;

import java.time.Duration;
import java.util.Optional;

/** What a series was like at this time of the week before: traffic has days and weeks. */
public final class SeasonalBaseline {
  private static final long WEEK_SECONDS = Duration.ofDays(7).toSeconds();

  private SeasonalBaseline() {}

  /**
   * What is known about the hour a week before the hour that holds a second; empty when nothing
   * came in it or hours are not kept that long.
   *
   * @param epochSecond any second of the hour to compare, since 1970
   */
  public static Optional<HistoryValue> sameHourLastWeek(
      HistoryStore store, SeriesKey series, long epochSecond) {
    return store.read(reading -> reading.hour(series, epochSecond - WEEK_SECONDS));
  }
}
