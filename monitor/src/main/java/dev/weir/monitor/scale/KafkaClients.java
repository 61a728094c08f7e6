package dev.weir.monitor.scale;

import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's clients with every option that matters here set. What they promise rests on these. */
final class KafkaClients {
  private static final Duration RECONNECT_AT_MOST = Duration.ofSeconds(1);
  private static final Duration LINGER = Duration.ofMillis(5);

  private final KafkaConfig config;
  private final String instance;

  /**
   * @param instance this monitor's, for Kafka's logs and metrics
   */
  KafkaClients(KafkaConfig config, String instance) {
    this.config = config;
    this.instance = instance;
  }

  private Properties common() {
    var properties = new Properties();
    if (!config.propertiesFile().isEmpty()) {
      try (Reader file = Files.newBufferedReader(Path.of(config.propertiesFile()))) {
        properties.load(file);
      } catch (IOException | IllegalArgumentException e) {
        throw new InvalidValueException(
            "kafka.properties-file", config.propertiesFile(), "a properties file: " + e);
      }
    }
    properties.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, String.join(",", config.bootstrap()));
    properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, "weir-" + instance);
    properties.put(
        CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_AT_MOST.toMillis());
    properties.put("enable.metrics.push", false);
    return properties;
  }

  /**
   * All replicas in sync, no duplicates by retries, order kept in a partition. A record that Kafka
   * has not taken within the timeout is given up, so that it does not arrive after its sender was
   * told to come again.
   */
  Producer<byte[], byte[]> producer() {
    Properties properties = common();
    long timeoutMillis = config.timeout().toMillis();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER.toMillis());
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, config.maxWaitingBytes());
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LogTopics.RECORD_BYTES);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMillis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) timeoutMillis);
    properties.put(
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) (timeoutMillis - LINGER.toMillis()));
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** In no group: partitions are assigned, and offsets are kept with the evidence. */
  Consumer<byte[], byte[]> consumer() {
    Properties properties = common();
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 2 * LogTopics.RECORD_BYTES);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** For making topics. */
  Admin admin() {
    return Admin.create(common());
  }
}
