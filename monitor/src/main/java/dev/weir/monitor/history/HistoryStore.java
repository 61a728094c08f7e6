package dev.weir.monitor.history;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history's database. Writing is one transaction per batch, by one thread at a time; it is on
 * disk when the call returns. Reading may happen at any time, by any thread.
 */
public final class HistoryStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);

  private final HistoryDatabase database;
  private final SeriesTable series;
  private final HistoryCounts counts;
  private final int maxPositions;
  private @Nullable Handle writer;

  private HistoryStore(
      HistoryDatabase database, HistoryConfig config, int maxPositions, HistoryCounts counts) {
    this.database = database;
    this.series = new SeriesTable(config.maxSeries());
    this.counts = counts;
    this.maxPositions = maxPositions;
    writer();
  }

  /**
   * Opens the database, creating what is not there.
   *
   * @param file where it is, when the configuration names no other database
   * @param instance the monitor's name
   * @param maxPositions router processes whose place is remembered, at least 1
   * @throws dev.weir.platform.lifecycle.StartFailure when it cannot be used
   */
  public static HistoryStore open(
      Path file, String instance, HistoryConfig config, int maxPositions, HistoryCounts counts) {
    return new HistoryStore(
        config.url().isEmpty()
            ? SqliteHistory.open(file, counts)
            : PostgresHistory.open(config.url(), instance, counts),
        config,
        maxPositions,
        counts);
  }

  /** The connection that writes; another one after it failed. */
  private Handle writer() {
    Handle known = writer;
    if (known == null) {
      known = database.openWriter();
      series.reload(known);
      writer = known;
    }
    return known;
  }

  private void dropWriter() {
    Handle known = writer;
    writer = null;
    if (known != null) {
      try {
        known.close();
      } catch (JdbiException e) {
        LOG.atDebug().setCause(e).log("a connection that failed could not be closed either");
      }
    }
  }

  /** Router processes whose place is remembered. */
  int maxPositions() {
    return maxPositions;
  }

  /** Number of the last batch written. */
  long lastBatch() {
    return writer().createQuery("SELECT number FROM batch").mapTo(Long.class).one();
  }

  /** Last slice written of each router process. */
  Map<String, Long> positions() {
    var positions = new HashMap<String, Long>();
    writer()
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
      writer()
          .useTransaction(handle -> {
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
      // numbers of series that were made in it do not hold, and the connection may be broken
      dropWriter();
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

  /** Every series there is, those of other monitors in the same database too. */
  public Set<SeriesKey> series() {
    return read(HistoryReading::series);
  }

  int seriesCount() {
    return series.size();
  }

  /**
   * Asks about one moment.
   *
   * @throws JdbiException when it cannot be read now
   */
  public <T> T read(Function<HistoryReading, T> question) {
    return database.read(question);
  }

  /**
   * Merges and deletes by policy; one writer at a time.
   *
   * @throws JdbiException when it could not be done; the next run goes on
   */
  void compact(HistoryConfig config, long nowSecond) {
    try {
      new HistoryCompaction(writer(), database::usedBytes, config, counts).run(nowSecond);
    } catch (RuntimeException e) {
      dropWriter();
      throw e;
    }
  }

  /**
   * Bytes in use; space that was freed is used again and does not count.
   *
   * @throws JdbiException when it cannot be read now
   */
  long usedBytes() {
    return database.usedBytes(Long.MAX_VALUE);
  }

  @Override
  public void close() {
    dropWriter();
  }
}
