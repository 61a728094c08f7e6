package dev.weir.monitor.history;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.proto.monitor.v1.OutcomeCell;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Requests by how they ended; exact. Mutable, single writer.
 *
 * <pre>
 *   uint8 1, uint8 'O', int64 started, int64 unfinished, uint8 n, n x (uint8 status, int64 count)
 * </pre>
 */
final class OutcomeTotals implements HistoryValue {
  private static final int VERSION = 1;
  private static final byte KIND = 'O';
  private static final int STATUSES = 17;

  private final long[] byStatus = new long[STATUSES];
  private long started;
  private long unfinished;

  /** Counts a cell of a slice that was checked. */
  void take(OutcomeCell cell) {
    started += cell.getStarted();
    unfinished += cell.getUnfinished();
    cell.getErrorsMap().forEach((status, count) -> byStatus[status] += count);
  }

  /** Requests started. */
  long started() {
    return started;
  }

  /** Requests that failed or had no answer in the observation window. */
  long failed() {
    long failed = unfinished;
    for (long count : byStatus) {
      failed += count;
    }
    return failed;
  }

  @Override
  public void add(HistoryValue other) {
    if (!(other instanceof OutcomeTotals totals)) {
      throw HistoryValue.notMergeable(this, other);
    }
    started += totals.started;
    unfinished += totals.unfinished;
    for (int status = 0; status < STATUSES; status++) {
      byStatus[status] += totals.byStatus[status];
    }
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).int64(started).int64(unfinished);
    int filled = 0;
    for (long count : byStatus) {
      filled += count > 0 ? 1 : 0;
    }
    out.uint8(filled);
    for (int status = 0; status < STATUSES; status++) {
      if (byStatus[status] > 0) {
        out.uint8(status).int64(byStatus[status]);
      }
    }
    return out.toBytes();
  }

  static OutcomeTotals fromBytes(byte[] bytes) {
    var in = new StateReader("outcome totals", VERSION, KIND, bytes);
    var totals = new OutcomeTotals();
    totals.started = in.count();
    totals.unfinished = in.count();
    int filled = in.uint8();
    for (int i = 0; i < filled; i++) {
      int status = in.uint8();
      if (status >= STATUSES) {
        throw in.damaged("status " + status + " (expected: 0 to 16)");
      }
      totals.byStatus[status] = in.count();
    }
    in.end();
    return totals;
  }

  @Override
  public Map<String, Object> describe() {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("requests", started);
    shown.put("errors", failed());
    if (started > 0) {
      shown.put("errorRate", (double) failed() / started);
    }
    var statuses = new LinkedHashMap<String, Long>();
    for (int status = 0; status < STATUSES; status++) {
      if (byStatus[status] > 0) {
        statuses.put(Integer.toString(status), byStatus[status]);
      }
    }
    shown.put("statuses", statuses);
    shown.put("unfinished", unfinished);
    return shown;
  }
}
