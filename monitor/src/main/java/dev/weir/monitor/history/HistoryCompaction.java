package dev.weir.monitor.history;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges minutes that are over into hours, hours into days, and deletes what is older than is to be
 * kept, or too much. Each hour and each day is one transaction, with the mark that says up to where
 * everything is merged; what comes later reaches the merged rows by that mark. Not thread-safe.
 */
final class HistoryCompaction {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryCompaction.class);

  /** Time after its end at which an hour is merged: most of what is late has come. */
  private static final Duration REST = Duration.ofMinutes(5);

  /** Spans merged at most in one run; the next run goes on. */
  private static final int MOST_SPANS = 200;

  /** Rows deleted in one transaction, so that writes need not wait for long. */
  private static final int ROWS_AT_ONCE = 5_000;

  private final Handle handle;
  private final LongUnaryOperator usedBytes;
  private final HistoryConfig config;
  private final HistoryCounts counts;

  /**
   * @param usedBytes of the database, exact beyond what it is given
   */
  HistoryCompaction(
      Handle handle, LongUnaryOperator usedBytes, HistoryConfig config, HistoryCounts counts) {
    this.handle = handle;
    this.usedBytes = usedBytes;
    this.config = config;
    this.counts = counts;
  }

  /** Does what is due. */
  void run(long nowSecond) {
    for (Resolution fine : Resolution.values()) {
      Optional<Resolution> coarse = fine.coarser();
      if (coarse.isPresent()) {
        int spans = 0;
        while (spans < MOST_SPANS && mergeNext(fine, coarse.get(), nowSecond)) {
          spans++;
        }
        counts.add(HistoryEvent.SPANS_MERGED, spans);
      }
    }
    for (Resolution resolution : Resolution.values()) {
      expire(resolution, nowSecond - kept(resolution).toSeconds(), HistoryEvent.ROWS_EXPIRED);
    }
    shrink();
  }

  private Duration kept(Resolution resolution) {
    return switch (resolution) {
      case MINUTE -> config.minutesKept();
      case HOUR -> config.hoursKept();
      case DAY -> config.daysKept();
    };
  }

  /** Merges the first hour or day that is over and not merged; whether there was one. */
  private boolean mergeNext(Resolution fine, Resolution coarse, long nowSecond) {
    return handle.inTransaction(transaction -> {
      Levels levels = Levels.read(transaction);
      Long first =
          transaction
              .createQuery(
                  "SELECT min(start) FROM sketch WHERE resolution = :fine AND start >= :from")
              .bind("fine", fine.minutes())
              .bind("from", levels.of(coarse).mergedTo())
              .mapTo(Long.class)
              .findOne()
              .orElse(null);
      if (first == null) {
        return false;
      }
      long start = coarse.floor(first);
      long end = start + coarse.seconds();
      boolean over = end + REST.toSeconds() <= nowSecond;
      boolean complete = fine == Resolution.MINUTE || end <= hoursReach(levels, nowSecond);
      if (!over || !complete) {
        return false;
      }
      merge(transaction, fine, coarse, start);
      transaction
          .createUpdate("UPDATE level SET merged_to = :end WHERE resolution = :coarse")
          .bind("end", end)
          .bind("coarse", coarse.minutes())
          .execute();
      return true;
    });
  }

  /** Up to where hours are complete: merged, or without any minute that waits. */
  private long hoursReach(Levels levels, long nowSecond) {
    long merged = levels.of(Resolution.HOUR).mergedTo();
    return handle
        .createQuery("SELECT min(start) FROM sketch WHERE resolution = 1 AND start >= :from")
        .bind("from", merged)
        .mapTo(Long.class)
        .findOne()
        .map(Resolution.HOUR::floor)
        .orElse(nowSecond);
  }

  private void merge(Handle transaction, Resolution fine, Resolution coarse, long start) {
    var merge = new SketchMerge(transaction, counts);
    var current =
        new Object() {
          long series = -1;
          @Nullable HistoryValue value;
        };
    transaction
        .createQuery(
            """
            SELECT sketch.series_id, series.kind, sketch.value
            FROM sketch JOIN series ON series.id = sketch.series_id
            WHERE sketch.resolution = :fine AND sketch.start >= :start AND sketch.start < :end
            ORDER BY sketch.series_id, sketch.start
            """)
        .bind("fine", fine.minutes())
        .bind("start", start)
        .bind("end", start + coarse.seconds())
        .map((row, context) -> {
          long series = row.getLong(1);
          byte[] bytes = row.getBytes(3);
          Optional<HistoryValue> value =
              SeriesKind.of(row.getString(2)).flatMap(kind -> merge.read(kind, bytes));
          if (series != current.series) {
            flush(merge, current.series, coarse, start, current.value);
            current.series = series;
            current.value = null;
          }
          HistoryValue sum = current.value;
          if (sum == null) {
            current.value = value.orElse(null);
          } else {
            current.value = value.map(next -> merge.sum(sum, next)).orElse(sum);
          }
          return true;
        })
        .list();
    flush(merge, current.series, coarse, start, current.value);
  }

  private static void flush(
      SketchMerge merge, long series, Resolution coarse, long start, @Nullable HistoryValue value) {
    if (value != null) {
      merge.put(series, coarse, start, value.toBytes());
    }
  }

  /**
   * Deletes rows of a resolution that start before a time, as far as they are merged. First the
   * mark, then the rows in pieces: a stop in between leaves rows that nobody reads, for the next
   * run.
   */
  private long expire(Resolution resolution, long before, HistoryEvent event) {
    Levels levels = Levels.read(handle);
    Resolution aligned = resolution.coarser().orElse(resolution);
    long limit = aligned.floor(before);
    if (resolution != Resolution.DAY) {
      limit = Math.min(limit, levels.of(aligned).mergedTo());
    }
    if (limit > levels.of(resolution).keptFrom()) {
      handle
          .createUpdate("UPDATE level SET kept_from = :limit WHERE resolution = :resolution")
          .bind("limit", limit)
          .bind("resolution", resolution.minutes())
          .execute();
    }
    long from = Math.max(limit, levels.of(resolution).keptFrom());
    long deleted = 0;
    int rows;
    do {
      rows =
          handle
              .createUpdate(
                  """
                  DELETE FROM sketch WHERE (series_id, resolution, start) IN
                    (SELECT series_id, resolution, start FROM sketch
                     WHERE resolution = :resolution AND start < :from LIMIT :most)
                  """)
              .bind("resolution", resolution.minutes())
              .bind("from", from)
              .bind("most", ROWS_AT_ONCE)
              .execute();
      deleted += rows;
    } while (rows == ROWS_AT_ONCE);
    counts.add(event, deleted);
    return deleted;
  }

  /** Deletes the oldest hour of minutes, else day of hours, else day, until it is small enough. */
  private void shrink() {
    for (long used = usedBytes(); used > config.maxBytes(); used = usedBytes()) {
      long deleted = 0;
      for (Resolution resolution : Resolution.values()) {
        if (deleted == 0) {
          deleted = cutOldest(resolution);
        }
      }
      if (deleted == 0) {
        LOG.atWarn()
            .addKeyValue("bytes", used)
            .addKeyValue("limit", config.maxBytes())
            .log("the history is over its size, and holds only what is too new to delete");
        return;
      }
    }
  }

  private long cutOldest(Resolution resolution) {
    Long oldest =
        handle
            .createQuery("SELECT min(start) FROM sketch WHERE resolution = :resolution")
            .bind("resolution", resolution.minutes())
            .mapTo(Long.class)
            .findOne()
            .orElse(null);
    if (oldest == null) {
      return 0;
    }
    Resolution aligned = resolution.coarser().orElse(resolution);
    return expire(
        resolution, aligned.floor(oldest) + aligned.seconds(), HistoryEvent.ROWS_CUT_FOR_SIZE);
  }

  private long usedBytes() {
    return usedBytes.applyAsLong(config.maxBytes());
  }
}
