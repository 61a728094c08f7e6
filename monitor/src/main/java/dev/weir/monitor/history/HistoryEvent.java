package dev.weir.monitor.history;

import java.util.Locale;

/** What becomes of what should be kept; counted in {@code weir_monitor_history_events_total}. */
public enum HistoryEvent {
  /** Sketches written, each a series' share of a minute. */
  SKETCHES_WRITTEN,
  /** Writes that reached the disk. */
  WRITES,
  /** Writes that failed and are tried again. */
  WRITES_FAILED,
  /** Slices that were written before a restart and came again. */
  SLICES_REPEATED,
  /** Not kept: its minute is too long ago. */
  TOO_LATE,
  /** Not kept: its minute is more than an hour ahead of this machine's clock. */
  AHEAD,
  /** Not kept: as many sketches wait for a write as may. */
  WAITING_FULL,
  /** Not kept: as many series are kept as may. */
  SERIES_FULL,
  /** Hours and days that were merged from what is finer. */
  SPANS_MERGED,
  /** Rows deleted because of their age. */
  ROWS_EXPIRED,
  /** Rows deleted before their age because the database was full. */
  ROWS_CUT_FOR_SIZE,
  /** Stored sketches that could not be read, or not be merged with what came, and were left out. */
  ROWS_UNREADABLE;

  /** Its word as a metric label. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
