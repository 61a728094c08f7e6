package dev.weir.monitor.history;

import dev.weir.monitor.stats.sketch.Sketch;
import dev.weir.monitor.watch.LastWeek;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a series was like at this time of the week before: traffic has days and weeks. */
public final class SeasonalBaseline implements LastWeek {
  private static final Logger LOG = LoggerFactory.getLogger(SeasonalBaseline.class);
  private static final long WEEK_SECONDS = Duration.ofDays(7).toSeconds();

  private final HistoryStore store;

  /** Reads a store. */
  public SeasonalBaseline(HistoryStore store) {
    this.store = store;
  }

  /**
   * What is known about the hour a week before the hour that holds a second; empty when nothing
   * came in it or hours are not kept that long.
   *
   * @param epochSecond any second of the hour to compare, since 1970
   */
  Optional<HistoryValue> sameHourLastWeek(SeriesKey series, long epochSecond) {
    return store.read(reading -> reading.hour(series, epochSecond - WEEK_SECONDS));
  }

  @Override
  public Optional<Sketch> sameHour(
      String route,
      String model,
      String version,
      String feature,
      boolean isInput,
      long epochSecond) {
    try {
      return isInput
          ? ofInput(route, model, feature, epochSecond)
          : ofOutput(route, model, version, feature, epochSecond);
    } catch (JdbiException e) {
      LOG.atWarn().setCause(e).log("the hour of last week cannot be read, it is not compared with");
      return Optional.empty();
    }
  }

  private Optional<Sketch> ofInput(String route, String model, String feature, long epochSecond) {
    Optional<Sketch> all = Optional.empty();
    for (SeriesKey series : store.series()) {
      if (series.kind() == SeriesKind.FEATURE
          && series.name().equals(feature)
          && series.route().equals(route)
          && series.model().equals(model)) {
        Optional<Sketch> one = sketch(series, epochSecond);
        if (all.isEmpty()) {
          all = one;
        } else if (one.isPresent() && one.get().getClass() == all.get().getClass()) {
          all.get().merge(one.get());
        }
      }
    }
    return all;
  }

  private Optional<Sketch> ofOutput(
      String route, String model, String version, String output, long epochSecond) {
    List<SeriesKind> kinds =
        output.equals("confidence")
            ? List.of(SeriesKind.CONFIDENCE)
            : List.of(SeriesKind.CLASS, SeriesKind.PREDICTED_VALUE);
    return kinds.stream()
        .flatMap(
            kind -> sketch(new SeriesKey(route, model, version, kind, ""), epochSecond).stream())
        .findFirst();
  }

  private Optional<Sketch> sketch(SeriesKey series, long epochSecond) {
    return sameHourLastWeek(series, epochSecond)
        .flatMap(value ->
            value instanceof SketchTotals(Sketch sketch) ? Optional.of(sketch) : Optional.empty());
  }
}
