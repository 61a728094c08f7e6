package dev.weir.monitor.scale;

import dev.weir.monitor.intake.BusinessPoint;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A log in memory, written by the real writer and read through Kafka's mock of its consumer. */
final class LogUnderTest {
  static final int PARTITIONS = 4;

  final TestClock clock;
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final ReportLog writer;
  private final Map<TopicPartition, TreeMap<Long, ConsumerRecord<byte[], byte[]>>> records =
      new HashMap<>();
  private final Map<TopicPartition, Long> oldest = new HashMap<>();
  private final Map<TopicPartition, Long> end = new HashMap<>();

  LogUnderTest(TestClock clock) {
    this.clock = clock;
    KafkaConfig config = config("0/1");
    this.writer =
        new ReportLog(
            producer,
            config,
            new ReportSplit(config.ownership(), new IntakeCounts()),
            () -> true,
            new LogCounts(),
            clock);
    LogReader.partitionsOf(config)
        .keySet()
        .forEach(partition -> {
          records.put(partition, new TreeMap<>());
          oldest.put(partition, 0L);
          end.put(partition, 0L);
        });
  }

  static KafkaConfig config(String share) {
    return new KafkaConfig(
        List.of("127.0.0.1:9092"),
        share,
        "t",
        PARTITIONS,
        1,
        Duration.ofHours(1),
        "",
        Duration.ofSeconds(1),
        1 << 20);
  }

  /** Writes what a second gave, a second after the one before. */
  void write(TwoRoutes.Second second) {
    clock.advance(Duration.ofSeconds(1));
    writer.outcomes(
        ReportOutcomesRequest.newBuilder()
            .setRouterProcess("router-1/a")
            .addAllSlices(second.slices())
            .build());
    writer.samples(second.samples());
    writer.labels(second.labels());
    appendWritten();
  }

  /** Writes what metrics said. */
  void write(List<BusinessPoint> points) {
    writer.business(points, points);
    appendWritten();
  }

  private void appendWritten() {
    for (ProducerRecord<byte[], byte[]> record : producer.history()) {
      append(new TopicPartition(record.topic(), record.partition()), record.value());
    }
    producer.clear();
  }

  void writeRaw(LogTopic topic, int partition, byte[] value) {
    append(new TopicPartition(topic.named("t"), partition), value);
  }

  private void append(TopicPartition partition, byte[] value) {
    long offset = end.merge(partition, 1L, Long::sum) - 1;
    of(partition)
        .put(
            offset,
            new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                clock.now().toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                value.length,
                new byte[0],
                value,
                new RecordHeaders(),
                Optional.empty()));
  }

  private TreeMap<Long, ConsumerRecord<byte[], byte[]>> of(TopicPartition partition) {
    return records.computeIfAbsent(partition, p -> new TreeMap<>());
  }

  /** Deletes the oldest records of each partition of a topic. */
  void deleteAllBut(LogTopic topic, int kept) {
    end.forEach((partition, next) -> {
      if (partition.topic().equals(topic.named("t"))) {
        long from = Math.max(0, next - kept);
        oldest.put(partition, from);
        of(partition).headMap(from).clear();
      }
    });
  }

  /** Gives a consumer what there is from where it is: its mock forgets what it has given. */
  void feed(MockConsumer<byte[], byte[]> consumer) {
    consumer.updateBeginningOffsets(oldest);
    consumer.updateEndOffsets(end);
    consumer.schedulePollTask(() -> {
      for (TopicPartition partition : consumer.assignment()) {
        if (!consumer.paused().contains(partition)) {
          of(partition).tailMap(consumer.position(partition)).values().forEach(consumer::addRecord);
        }
      }
    });
  }
}
