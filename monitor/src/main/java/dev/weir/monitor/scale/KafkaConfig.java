package dev.weir.monitor.scale;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** How several monitors share the work. */
public record KafkaConfig(
    @Setting("Kafka's brokers, host:port each; none: this monitor works alone, without Kafka.")
        List<String> bootstrap,
    @Setting(
            "Which part of the routes this monitor owns, index/count: 0/3, 1/3 and 2/3 are three monitors. Each index once, and the data folder goes with it.")
        String share,
    @Setting(
            "Begins the names of the topics: PREFIX.outcomes, .samples, .mirrors, .labels and .business; letters, digits, dots, hyphens and underscores.")
        String prefix,
    @Setting(
            "Partitions of each topic, at least as many as monitors will ever be, 1 to 1000; the same for all monitors, and for ever.")
        int partitions,
    @Setting("Copies of each topic that is made here, 1 to 10.") int replication,
    @Setting(
            "How long Kafka keeps the topics that are made here, 1h to 8760h: how long a monitor may be away.")
        Duration retention,
    @Setting(
            "File with further settings of the Kafka client, such as security.protocol, sasl.* and ssl.*; empty: none.")
        String propertiesFile,
    @Setting(
            "How long a report waits until Kafka has it, 100ms to 1m; then its sender is told to come again.")
        Duration timeout,
    @Setting(
            "Bytes of reports that wait for Kafka, 1048576 to 4294967296; beyond it senders are told to come again.")
        long maxWaitingBytes) {
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  public KafkaConfig {
    bootstrap = List.copyOf(bootstrap);
    bootstrap.forEach(broker -> HostAndPort.parse("bootstrap", broker));
    if (!PREFIX.matcher(prefix).matches()) {
      throw new InvalidValueException(
          "prefix", prefix, "1 to 100 letters, digits, dots, hyphens and underscores");
    }
    Check.inRange("partitions", partitions, 1, 1_000);
    Share of = Share.parse("share", share);
    if (of.count() > partitions) {
      throw new InvalidValueException("share", share, "at most " + partitions + " monitors");
    }
    Check.inRange("replication", replication, 1, 10);
    Check.inRange("retention", retention, Duration.ofHours(1), Duration.ofDays(365));
    Check.inRange("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    Check.inRange("maxWaitingBytes", maxWaitingBytes, 1L << 20, 4L << 30);
  }

  /** No Kafka. With it 12 partitions, kept for three days. */
  public static KafkaConfig defaults() {
    return new KafkaConfig(
        List.of(), "0/1", "weir", 12, 1, Duration.ofDays(3), "", Duration.ofSeconds(5), 32L << 20);
  }

  /** Several monitors share the work, or may. */
  public boolean enabled() {
    return !bootstrap.isEmpty();
  }

  /** What this monitor owns; everything when it works alone. */
  public Ownership ownership() {
    return enabled()
        ? new Ownership(Share.parse("share", share), partitions)
        : new Ownership(Share.WHOLE, 1);
  }
}
