package dev.weir.monitor.intake;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often each {@link IntakeEvent} happened since the process began. Thread-safe. */
public final class IntakeCounts {
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event");

  private final LongAdder[] counts = new LongAdder[IntakeEvent.values().length];

  /** All zero. */
  public IntakeCounts() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** One more. */
  public void add(IntakeEvent event) {
    counts[event.ordinal()].increment();
  }

  /**
   * Some more.
   *
   * @param times at least 0
   */
  public void add(IntakeEvent event, long times) {
    counts[event.ordinal()].add(times);
  }

  /** How often so far. */
  public long of(IntakeEvent event) {
    return counts[event.ordinal()].sum();
  }

  /** All of them by word. */
  public Map<String, Long> byWord() {
    var words = new LinkedHashMap<String, Long>();
    for (IntakeEvent event : IntakeEvent.values()) {
      words.put(event.word(), of(event));
    }
    return words;
  }

  /** Shows them as {@code weir_monitor_intake_events}. */
  public void registerWith(Meter meter) {
    meter
        .counterBuilder("weir_monitor_intake_events")
        .setDescription("What came in, and what of it was not used, by event.")
        .buildWithCallback(out -> {
          for (IntakeEvent event : IntakeEvent.values()) {
            out.record(of(event), Attributes.of(EVENT, event.word()));
          }
        });
  }
}
