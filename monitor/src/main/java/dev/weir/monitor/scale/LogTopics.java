package dev.weir.monitor.scale;

import dev.weir.platform.error.InvalidValueException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics: made where they are not there, and looked at once. Thread-safe. */
final class LogTopics {
  /** Longest record; a router's report of many sticky units comes near it. */
  static final int RECORD_BYTES = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(LogTopics.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KafkaConfig config;
  private final Supplier<Admin> admins;
  private volatile boolean there;

  /**
   * @param admins gives clients, which are closed after use
   */
  LogTopics(KafkaConfig config, Supplier<Admin> admins) {
    this.config = config;
    this.admins = admins;
  }

  /** The topics are known to be there and as they must be. */
  boolean areThere() {
    return there;
  }

  /**
   * Makes what is not there, and looks at all.
   *
   * @throws InvalidValueException when a topic has another number of partitions
   * @throws TimeoutException or ExecutionException when Kafka does not answer, or refuses
   */
  void ensure() throws InterruptedException, ExecutionException, TimeoutException {
    if (there) {
      return;
    }
    var wanted = new TreeMap<String, Integer>();
    for (LogTopic topic : LogTopic.values()) {
      wanted.put(topic.named(config.prefix()), topic.partitions(config.partitions()));
    }
    try (Admin admin = admins.get()) {
      var known = admin.listTopics().names().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      for (var topic : wanted.entrySet()) {
        if (!known.contains(topic.getKey())) {
          make(admin, topic.getKey(), topic.getValue());
        }
      }
      Map<String, TopicDescription> found =
          admin
              .describeTopics(wanted.keySet())
              .allTopicNames()
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      for (TopicDescription topic : found.values()) {
        int partitions = topic.partitions().size();
        if (!Objects.equals(wanted.get(topic.name()), partitions)) {
          throw new InvalidValueException(
              "kafka.partitions",
              config.partitions(),
              "what the topics have: " + topic.name() + " has " + partitions);
        }
      }
      there = true;
    }
  }

  private void make(Admin admin, String name, int partitions)
      throws InterruptedException, ExecutionException, TimeoutException {
    var topic =
        new NewTopic(name, partitions, (short) config.replication())
            .configs(
                Map.of(
                    TopicConfig.RETENTION_MS_CONFIG,
                    Long.toString(config.retention().toMillis()),
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(RECORD_BYTES),
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_DELETE));
    try {
      admin.createTopics(List.of(topic)).all().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.atInfo()
          .addKeyValue("topic", name)
          .addKeyValue("partitions", partitions)
          .log("topic made");
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }
}
