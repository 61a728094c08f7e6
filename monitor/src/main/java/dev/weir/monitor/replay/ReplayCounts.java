package dev.weir.monitor.replay;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** What became of journals; {@code weir_monitor_replay_events_total}. Thread-safe. */
public final class ReplayCounts {
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event");

  /** Something that happened. */
  enum Event {
    /** Entries written. */
    ENTRIES_WRITTEN,
    /** Entries that were beyond the evidence at a restart, and were cut off. */
    ENTRIES_CUT,
    /** Entries not kept: the rollout's journal is as long as it may be, or was broken before. */
    ENTRIES_NOT_KEPT,
    /** Journals that became as long as they may be. */
    JOURNALS_FULL,
    /** Journals that lack entries: memory was full, the disk failed, or a file was damaged. */
    JOURNALS_BROKEN,
    /** Journals removed because there are more than may be. */
    JOURNALS_REMOVED
  }

  private final LongAdder[] counts = new LongAdder[Event.values().length];

  /** All zero. */
  public ReplayCounts() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void add(Event event, long times) {
    counts[event.ordinal()].add(times);
  }

  long of(Event event) {
    return counts[event.ordinal()].sum();
  }

  /** Publishes the counts. */
  public void registerWith(Meter meter) {
    meter
        .counterBuilder("weir_monitor_replay_events")
        .setDescription("What became of what the tests of rollouts were fed.")
        .buildWithCallback(out -> {
          for (Event event : Event.values()) {
            out.record(of(event), Attributes.of(EVENT, event.name().toLowerCase(Locale.ROOT)));
          }
        });
  }
}
