package dev.weir.monitor.history;

import dev.weir.monitor.stats.LatencyHistogram;
import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.proto.monitor.v1.OutcomeCell;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Latencies of the requests that were answered: counts by bucket, exact; quantiles are right to the
 * width of a bucket, 1.6 % to 3.1 %. Mutable, single writer.
 *
 * <pre>
 *   uint8 1, uint8 'L', then as {@link LatencyHistogram#writeTo}
 * </pre>
 */
final class LatencyTotals implements HistoryValue {
  private static final int VERSION = 1;
  private static final byte KIND = 'L';
  private static final Map<String, Double> SHOWN = shown();

  private final LatencyHistogram histogram;

  LatencyTotals() {
    this(new LatencyHistogram());
  }

  private LatencyTotals(LatencyHistogram histogram) {
    this.histogram = histogram;
  }

  private static Map<String, Double> shown() {
    var quantiles = new LinkedHashMap<String, Double>();
    quantiles.put("p50Millis", 0.5);
    quantiles.put("p90Millis", 0.9);
    quantiles.put("p95Millis", 0.95);
    quantiles.put("p99Millis", 0.99);
    quantiles.put("p999Millis", 0.999);
    return quantiles;
  }

  /** Counts a cell of a slice that was checked. */
  void take(OutcomeCell cell) {
    for (int i = 0; i < cell.getLatencyBucketsCount(); i++) {
      histogram.add(cell.getLatencyBuckets(i), cell.getLatencyCounts(i));
    }
  }

  /** Requests answered. */
  long answered() {
    return histogram.answered();
  }

  @Override
  public void add(HistoryValue other) {
    if (!(other instanceof LatencyTotals totals)) {
      throw HistoryValue.notMergeable(this, other);
    }
    histogram.addAll(totals.histogram);
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    histogram.writeTo(out);
    return out.toBytes();
  }

  static LatencyTotals fromBytes(byte[] bytes) {
    var in = new StateReader("latency totals", VERSION, KIND, bytes);
    var totals = new LatencyTotals(LatencyHistogram.readFrom(in));
    in.end();
    return totals;
  }

  @Override
  public Map<String, Object> describe() {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("answered", histogram.answered());
    SHOWN.forEach((name, quantile) -> {
      OptionalDouble millis = histogram.quantileMillis(quantile);
      millis.ifPresent(value -> shown.put(name, value));
    });
    return shown;
  }
}
