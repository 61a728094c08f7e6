package dev.weir.monitor.history;

import dev.weir.platform.sqlite.DurableSqlite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history's database. Writing is one transaction per batch, by one thread at a time; it is on
 * disk when the call returns. Reading may happen at any time.
 */
public final class HistoryStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);

  private static final DurableSqlite DATABASE =
      new DurableSqlite(
          "history database",
          "dev/weir/monitor/history/sqlite",
          16_000,
          "start the Weir that wrote it, or move it away: a new one is begun");

  private final Jdbi jdbi;
  private final Handle writer;
  private final SeriesTable series;
  private final HistoryCounts counts;
  private final int maxPositions;

  private HistoryStore(Jdbi jdbi, HistoryConfig config, int maxPositions, HistoryCounts counts) {
    this.jdbi = jdbi;
    this.writer = jdbi.open();
    this.series = new SeriesTable(config.maxSeries());
    this.counts = counts;
    this.maxPositions = maxPositions;
    series.load(writer);
  }

  /**
   * Opens the database, creating it when it is not there.
   *
   * @param maxPositions router processes whose place is remembered, at least 1
   * @throws dev.weir.platform.lifecycle.StartFailure when it cannot be used
   */
  public static HistoryStore open(
      Path file, HistoryConfig config, int maxPositions, HistoryCounts counts) {
    return new HistoryStore(DATABASE.open(file, handle -> {}), config, maxPositions, counts);
  }

  /** Router processes whose place is remembered. */
  int maxPositions() {
    return maxPositions;
  }

  /** Number of the last batch written. */
  long lastBatch() {
    return writer.createQuery("SELECT number FROM batch").mapTo(Long.class).one();
  }

  /** Last slice written of each router process. */
  Map<String, Long> positions() {
    var positions = new HashMap<String, Long>();
    writer
        .createQuery("SELECT router, sequence FROM position")
        .map((row, context) -> positions.put(row.getString(1), row.getLong(2)))
        .list();
    return positions;
  }

  /**
   * Writes a batch, all of it or nothing; one that was written before is left alone.
   *
   * @throws org.jdbi.v3.core.JdbiException when it could not be written, or it is not known
   */
  void write(HistoryBatch batch) {
    try {
      writer.useTransaction(handle -> {
        if (lastBatch() >= batch.number()) {
          return;
        }
        Levels levels = Levels.read(handle);
        var merge = new SketchMerge(handle, counts);
        for (Map.Entry<HistoryBatch.Cell, HistoryValue> entry : batch.values().entrySet()) {
          HistoryBatch.Cell cell = entry.getKey();
          OptionalLong number = series.numberOf(handle, cell.series());
          if (number.isEmpty()) {
            counts.add(HistoryEvent.SERIES_FULL, 1);
            continue;
          }
          for (Resolution resolution : Resolution.values()) {
            if (levels.reaches(resolution, cell.minute())) {
              merge.into(
                  number.getAsLong(),
                  resolution,
                  resolution.floor(cell.minute()),
                  cell.series().kind(),
                  entry.getValue());
            }
          }
        }
        writePositions(handle, batch);
        handle
            .createUpdate("UPDATE batch SET number = :number WHERE id = 1")
            .bind("number", batch.number())
            .execute();
      });
      counts.add(HistoryEvent.SKETCHES_WRITTEN, batch.values().size());
      counts.add(HistoryEvent.WRITES, 1);
    } catch (RuntimeException e) {
      series.reload(writer);
      throw e;
    }
  }

  private void writePositions(Handle handle, HistoryBatch batch) {
    batch
        .positions()
        .forEach((router, sequence) ->
            handle
                .createUpdate(
                    """
                    INSERT INTO position (router, sequence, written)
                    VALUES (:router, :sequence, :batch)
                    ON CONFLICT (router) DO UPDATE
                    SET sequence = excluded.sequence, written = excluded.written
                    """)
                .bind("router", router)
                .bind("sequence", sequence)
                .bind("batch", batch.number())
                .execute());
    handle
        .createUpdate(
            """
            DELETE FROM position WHERE router NOT IN
              (SELECT router FROM position ORDER BY written DESC LIMIT :most)
            """)
        .bind("most", maxPositions)
        .execute();
  }

  /** Every series there is. */
  public List<SeriesKey> series() {
    return series.all();
  }

  int seriesCount() {
    return series.size();
  }

  /**
   * One span of a series.
   *
   * @param resolution of what it was made of
   * @param value what is known
   */
  public record Point(Resolution resolution, HistoryValue value) {}

  /**
   * A series in steps; steps in which nothing came are left out.
   *
   * @param from first second, since 1970
   * @param to second after the last
   * @param step length of a step, seconds; steps are counted from {@code from}
   * @param coarsest resolution of which steps are made where it and finer ones are there
   * @return by start of the step
   */
  public SortedMap<Long, Point> points(
      SeriesKey key, long from, long to, long step, Resolution coarsest) {
    OptionalLong number = series.find(key);
    if (number.isEmpty()) {
      return new TreeMap<>();
    }
    return jdbi.inTransaction(handle -> {
      Levels levels = Levels.read(handle);
      var points = new TreeMap<Long, Point>();
      for (Span span : spans(levels, from, to, coarsest)) {
        handle
            .createQuery(
                """
                SELECT start, value FROM sketch
                WHERE series_id = :series AND resolution = :resolution
                  AND start >= :from AND start < :to
                ORDER BY start
                """)
            .bind("series", number.getAsLong())
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
      return points;
    });
  }

  private static void add(
      SortedMap<Long, Point> points, long start, Resolution resolution, HistoryValue value) {
    Point known = points.get(start);
    if (known == null) {
      points.put(start, new Point(resolution, value));
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
    var edges = new java.util.TreeSet<Long>(List.of(from, to));
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
    return points(
            key,
            start,
            start + Resolution.HOUR.seconds(),
            Resolution.HOUR.seconds(),
            Resolution.HOUR)
        .values()
        .stream()
        .filter(point -> point.resolution() != Resolution.DAY)
        .map(Point::value)
        .findFirst();
  }

  /** Merges and deletes by policy; one writer at a time. */
  HistoryCompaction compaction(HistoryConfig config) {
    return new HistoryCompaction(writer, config, counts);
  }

  /** Bytes in use; pages that were freed are used again and do not count. */
  long usedBytes() {
    return jdbi.withHandle(HistoryCompaction::usedBytes);
  }

  @Override
  public void close() {
    writer.close();
  }
}
