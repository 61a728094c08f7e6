package dev.weir.monitor.privacy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts of {@link PrivacyEvent}s. Thread-safe. */
public final class PrivacyCounts {
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event");

  private final Map<PrivacyEvent, LongAdder> counts;

  /** All zero. */
  public PrivacyCounts() {
    var adders = new EnumMap<PrivacyEvent, LongAdder>(PrivacyEvent.class);
    for (PrivacyEvent event : PrivacyEvent.values()) {
      adders.put(event, new LongAdder());
    }
    counts = Collections.unmodifiableMap(adders);
  }

  void add(PrivacyEvent event, long times) {
    adder(event).add(times);
  }

  long of(PrivacyEvent event) {
    return adder(event).sum();
  }

  private LongAdder adder(PrivacyEvent event) {
    LongAdder adder = counts.get(event);
    if (adder == null) {
      throw new IllegalStateException("no count of " + event);
    }
    return adder;
  }

  /**
   * Publishes the counts, and how much is kept.
   *
   * @param store its size is asked for at each collection
   */
  public void registerWith(Meter meter, SampleStore store) {
    meter
        .counterBuilder("weir_monitor_privacy_events")
        .setDescription("What became of samples that are kept or counted for publishing.")
        .buildWithCallback(out ->
            counts.forEach(
                (event, count) -> out.record(count.sum(), Attributes.of(EVENT, event.word()))));
    meter
        .gaugeBuilder("weir_monitor_kept_samples")
        .ofLongs()
        .setDescription("Samples kept with their inputs and outputs.")
        .buildWithCallback(out -> out.record(store.total().samples()));
    meter
        .gaugeBuilder("weir_monitor_kept_samples_bytes")
        .ofLongs()
        .setDescription("Bytes of the samples kept.")
        .buildWithCallback(out -> out.record(store.total().bytes()));
  }
}
