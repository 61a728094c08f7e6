package dev.weir.monitor.history;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts of {@link HistoryEvent}s. Thread-safe. */
public final class HistoryCounts {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryCounts.class);
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event");

  private final Map<HistoryEvent, LongAdder> counts;

  /** All zero. */
  public HistoryCounts() {
    var adders = new EnumMap<HistoryEvent, LongAdder>(HistoryEvent.class);
    for (HistoryEvent event : HistoryEvent.values()) {
      adders.put(event, new LongAdder());
    }
    counts = Collections.unmodifiableMap(adders);
  }

  void add(HistoryEvent event, long times) {
    adder(event).add(times);
  }

  long of(HistoryEvent event) {
    return adder(event).sum();
  }

  private LongAdder adder(HistoryEvent event) {
    LongAdder adder = counts.get(event);
    if (adder == null) {
      throw new IllegalStateException("no count of " + event);
    }
    return adder;
  }

  /**
   * Publishes the counts, and the size of the database.
   *
   * @param store its size is asked for at each collection
   */
  public void registerWith(Meter meter, HistoryStore store) {
    meter
        .counterBuilder("weir_monitor_history_events")
        .setDescription("What became of what should be kept in the history.")
        .buildWithCallback(out ->
            counts.forEach(
                (event, count) -> out.record(count.sum(), Attributes.of(EVENT, event.word()))));
    meter
        .gaugeBuilder("weir_monitor_history_bytes")
        .ofLongs()
        .setDescription("Bytes of the history database that are in use.")
        .buildWithCallback(out -> {
          try {
            out.record(store.usedBytes());
          } catch (JdbiException e) {
            LOG.atDebug().setCause(e).log("no size of a history that cannot be read now");
          }
        });
    meter
        .gaugeBuilder("weir_monitor_history_series")
        .ofLongs()
        .setDescription("Series in the history database.")
        .buildWithCallback(out -> out.record(store.seriesCount()));
  }
}
