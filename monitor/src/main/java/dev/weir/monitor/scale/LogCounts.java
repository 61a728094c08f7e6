package dev.weir.monitor.scale;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often each {@link LogEvent} happened in each topic, and how far behind this is. Thread-safe.
 */
final class LogCounts {
  private static final AttributeKey<String> TOPIC = AttributeKey.stringKey("topic");
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event");

  private final Map<LogTopic, AtomicLongArray> counts = new EnumMap<>(LogTopic.class);
  private final AtomicLongArray lag = new AtomicLongArray(LogTopic.values().length);

  LogCounts() {
    for (LogTopic topic : LogTopic.values()) {
      counts.put(topic, new AtomicLongArray(LogEvent.values().length));
    }
  }

  void add(LogTopic topic, LogEvent event, long times) {
    row(topic).addAndGet(event.ordinal(), times);
  }

  long of(LogTopic topic, LogEvent event) {
    return row(topic).get(event.ordinal());
  }

  private AtomicLongArray row(LogTopic topic) {
    AtomicLongArray row = counts.get(topic);
    if (row == null) {
      throw new IllegalStateException("no counts for " + topic);
    }
    return row;
  }

  /**
   * Notes how far behind the end of a topic's partitions reading is.
   *
   * @param records not read yet, at least 0
   */
  void behind(LogTopic topic, long records) {
    lag.set(topic.ordinal(), records);
  }

  /** Records of a topic that are not read yet, as last seen. */
  long behind(LogTopic topic) {
    return lag.get(topic.ordinal());
  }

  /** Shows them as {@code weir_monitor_log_records} and {@code weir_monitor_log_behind_records}. */
  void registerWith(Meter meter) {
    meter
        .counterBuilder("weir_monitor_log_records")
        .setDescription("Records of the log that monitors share, by topic and what became of them.")
        .buildWithCallback(out -> {
          for (LogTopic topic : LogTopic.values()) {
            for (LogEvent event : LogEvent.values()) {
              out.record(of(topic, event), Attributes.of(TOPIC, topic.word(), EVENT, event.word()));
            }
          }
        });
    meter
        .gaugeBuilder("weir_monitor_log_behind_records")
        .ofLongs()
        .setDescription("Records in this monitor's part of the log that it has not read yet.")
        .buildWithCallback(out -> {
          for (LogTopic topic : LogTopic.values()) {
            out.record(behind(topic), Attributes.of(TOPIC, topic.word()));
          }
        });
  }
}
