package dev.weir.monitor.history;

import java.util.Map;

/**
 * What came in since the last write; written in one transaction.
 *
 * @param number one more than that of the batch before
 * @param values what to merge into which minute
 * @param positions last slice in it of each router process
 */
record HistoryBatch(long number, Map<Cell, HistoryValue> values, Map<String, Long> positions) {
  /**
   * One minute of one series.
   *
   * @param minute its start, seconds since 1970
   */
  record Cell(SeriesKey series, long minute) {}
}
