package dev.weir.monitor.history;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Merges values into rows, within the transaction of a handle. */
final class SketchMerge {
  private static final Logger LOG = LoggerFactory.getLogger(SketchMerge.class);

  private final Handle handle;
  private final HistoryCounts counts;

  SketchMerge(Handle handle, HistoryCounts counts) {
    this.handle = handle;
    this.counts = counts;
  }

  /** Merges a value into a row, which is made when it is not there. The value stays as it is. */
  void into(long series, Resolution resolution, long start, SeriesKind kind, HistoryValue value) {
    Optional<HistoryValue> stored =
        handle
            .createQuery(
                """
                SELECT value FROM sketch
                WHERE series_id = :series AND resolution = :resolution AND start = :start
                """)
            .bind("series", series)
            .bind("resolution", resolution.minutes())
            .bind("start", start)
            .mapTo(byte[].class)
            .findOne()
            .flatMap(bytes -> read(kind, bytes));
    put(series, resolution, start, stored.map(found -> sum(found, value)).orElse(value).toBytes());
  }

  /**
   * Both together; only the newer when they do not merge, which they do not when a feature became
   * categorical.
   */
  HistoryValue sum(HistoryValue older, HistoryValue newer) {
    try {
      older.add(newer);
      return older;
    } catch (IllegalArgumentException e) {
      counts.add(HistoryEvent.ROWS_UNREADABLE, 1);
      LOG.atWarn().setCause(e).log("a sketch does not fit the one before it, which is dropped");
      return newer;
    }
  }

  /** Stores a row, in place of the one that is there. */
  void put(long series, Resolution resolution, long start, byte[] bytes) {
    handle
        .createUpdate(
            """
            INSERT INTO sketch (series_id, resolution, start, value)
            VALUES (:series, :resolution, :start, :value)
            ON CONFLICT (series_id, resolution, start) DO UPDATE SET value = excluded.value
            """)
        .bind("series", series)
        .bind("resolution", resolution.minutes())
        .bind("start", start)
        .bind("value", bytes)
        .execute();
  }

  /** A stored sketch; one that cannot be read is said and begun anew. */
  Optional<HistoryValue> read(SeriesKind kind, byte[] bytes) {
    try {
      return Optional.of(kind.read(bytes));
    } catch (IllegalArgumentException e) {
      counts.add(HistoryEvent.ROWS_UNREADABLE, 1);
      LOG.atWarn().setCause(e).addKeyValue("kind", kind.word()).log("a stored sketch is left out");
      return Optional.empty();
    }
  }
}
