package dev.weir.monitor.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What histories tell, as of one moment: those of several monitors as if they were one, because
 * sketches add up. Only within the question that it was made for; one thread.
 */
public final class HistoryReading {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryReading.class);

  private final Shelves shelves;
  private final HistoryCounts counts;

  /** The monitors' histories, one after the other. */
  @FunctionalInterface
  interface Shelves {
    /** Shows each, as the tables of a connection. */
    void each(Consumer<Handle> shelf);
  }

  HistoryReading(Shelves shelves, HistoryCounts counts) {
    this.shelves = shelves;
    this.counts = counts;
  }

  /** Every series there is; of a kind that this Weir knows. */
  public Set<SeriesKey> series() {
    var keys = new HashSet<SeriesKey>();
    shelves.each(shelf -> keys.addAll(SeriesTable.read(shelf).keySet()));
    return keys;
  }

  /**
   * A series in steps; steps in which nothing came are left out.
   *
   * @param from first second, since 1970
   * @param to second after the last
   * @param step length of a step, seconds; steps are counted from {@code from}
   * @param coarsest resolution of which steps are made where it and finer ones are there
   * @return by start of the step
   */
  public SortedMap<Long, HistoryPoint> points(
      SeriesKey key, long from, long to, long step, Resolution coarsest) {
    var points = new TreeMap<Long, HistoryPoint>();
    shelves.each(shelf -> {
      Optional<Long> number = SeriesTable.number(shelf, key);
      if (number.isPresent()) {
        for (Span span : spans(Levels.read(shelf), from, to, coarsest)) {
          shelf
              .createQuery(
                  """
                  SELECT start, value FROM sketch
                  WHERE series_id = :series AND resolution = :resolution
                    AND start >= :from AND start < :to
                  ORDER BY start
                  """)
              .bind("series", number.get())
              .bind("resolution", span.resolution().minutes())
              .bind("from", span.from())
              .bind("to", span.to())
              .map((row, context) -> {
                long start = from + (row.getLong(1) - from) / step * step;
                read(key, row.getBytes(2))
                    .ifPresent(value -> add(points, start, span.resolution(), value));
                return true;
              })
              .list();
        }
      }
    });
    return points;
  }

  private static void add(
      SortedMap<Long, HistoryPoint> points, long start, Resolution resolution, HistoryValue value) {
    HistoryPoint known = points.get(start);
    if (known == null) {
      points.put(start, new HistoryPoint(resolution, value));
    } else if (known.value().getClass() == value.getClass()) {
      known.value().add(value);
    }
  }

  private Optional<HistoryValue> read(SeriesKey key, byte[] bytes) {
    try {
      return Optional.of(key.kind().read(bytes));
    } catch (IllegalArgumentException e) {
      counts.add(HistoryEvent.ROWS_UNREADABLE, 1);
      LOG.atWarn().setCause(e).addKeyValue("series", key).log("a stored sketch is left out");
      return Optional.empty();
    }
  }

  /** A stretch of time that one resolution tells. */
  private record Span(long from, long to, Resolution resolution) {}

  private static List<Span> spans(Levels levels, long from, long to, Resolution coarsest) {
    var edges = new TreeSet<Long>(List.of(from, to));
    for (Resolution resolution : Resolution.values()) {
      edges.add(levels.of(resolution).keptFrom());
      edges.add(levels.of(resolution).mergedTo());
    }
    var spans = new ArrayList<Span>();
    Long begin = null;
    for (long edge : edges.subSet(from, true, to, true)) {
      if (begin != null) {
        spans.add(new Span(begin, edge, levels.best(begin, coarsest)));
      }
      begin = edge;
    }
    return spans;
  }

  /**
   * What is known about a series in one hour; empty: nothing came.
   *
   * @param epochSecond any second of the hour
   */
  public Optional<HistoryValue> hour(SeriesKey key, long epochSecond) {
    long start = Resolution.HOUR.floor(epochSecond);
    long length = Resolution.HOUR.seconds();
    return points(key, start, start + length, length, Resolution.HOUR).values().stream()
        .filter(point -> point.resolution() != Resolution.DAY)
        .map(HistoryPoint::value)
        .findFirst();
  }
}
