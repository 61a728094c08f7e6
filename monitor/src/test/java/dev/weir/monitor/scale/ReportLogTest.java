package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.NotTakenException;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

final class ReportLogTest {
  private static final KafkaConfig CONFIG =
      new KafkaConfig(
          List.of("127.0.0.1:9092"),
          "0/1",
          "t",
          3,
          1,
          Duration.ofHours(1),
          "",
          Duration.ofMillis(100),
          1 << 20);

  private final LogCounts counts = new LogCounts();
  private final TwoRoutes.Second second = new TwoRoutes(1).next();
  private final ReportOutcomesRequest outcomes =
      ReportOutcomesRequest.newBuilder()
          .setRouterProcess("router-1/a")
          .addAllSlices(second.slices())
          .build();
  private boolean open = true;

  private ReportLog log(MockProducer<byte[], byte[]> producer) {
    return new ReportLog(
        producer,
        CONFIG,
        new ReportSplit(CONFIG.ownership(), new IntakeCounts()),
        () -> open,
        counts,
        new TestClock());
  }

  private static MockProducer<byte[], byte[]> producer(boolean answers) {
    return new MockProducer<>(answers, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Test
  void a_report_is_acknowledged_when_kafka_has_all_of_it() {
    var producer = producer(true);
    assertThat(log(producer).outcomes(outcomes)).isEqualTo(4);
    assertThat(producer.history()).extracting(ProducerRecord::topic).containsOnly("t.outcomes");
    assertThat(producer.history()).extracting(ProducerRecord::partition).containsExactly(0, 1, 2);
    assertThat(counts.of(LogTopic.OUTCOMES, LogEvent.WRITTEN)).isEqualTo(3);
  }

  @Test
  void a_report_of_which_kafka_has_a_part_is_not_acknowledged() {
    var producer = producer(false);
    ReportLog log = log(producer);
    assertThatThrownBy(() -> log.outcomes(outcomes))
        .isInstanceOf(NotTakenException.class)
        .hasMessage("kafka: no answer within 100ms");
    assertThat(counts.of(LogTopic.OUTCOMES, LogEvent.REFUSED)).isEqualTo(3);
    assertThat(counts.of(LogTopic.OUTCOMES, LogEvent.WRITTEN)).isZero();
  }

  @Test
  void when_kafka_refuses_the_sender_is_told_at_once() {
    var producer = producer(false);
    producer.sendException = new TimeoutException("no memory");
    assertThatThrownBy(() -> log(producer).samples(second.samples()))
        .isInstanceOf(NotTakenException.class)
        .hasMessage("kafka: no memory");
    assertThat(counts.of(LogTopic.SAMPLES, LogEvent.REFUSED)).isEqualTo(1);
  }

  @Test
  void nothing_is_written_before_the_topics_are_known_to_be_there() {
    open = false;
    var producer = producer(true);
    assertThatThrownBy(() -> log(producer).outcomes(outcomes))
        .isInstanceOf(NotTakenException.class);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void samples_are_written_to_the_partition_of_their_route() throws Exception {
    var producer = producer(true);
    log(producer).samples(second.samples());
    for (ProducerRecord<byte[], byte[]> record : producer.history()) {
      assertThat(ReportSamplesRequest.parseFrom(record.value()).getSamplesList())
          .allMatch(sample ->
              record
                  .partition()
                  .equals(CONFIG.ownership().partitionOf(sample.getAssignment().getRoute())));
    }
  }

  @Test
  void many_labels_become_several_records_in_their_order() throws Exception {
    List<Feedback> labels =
        IntStream.range(0, 2_500)
            .mapToObj(i -> Feedback.newBuilder().setRequestId("r" + i).build())
            .toList();
    var producer = producer(true);
    assertThat(log(producer).labels(labels).getPending()).isEqualTo(2_500);
    var written = ReportFeedbackRequest.newBuilder();
    for (ProducerRecord<byte[], byte[]> record : producer.history()) {
      written.mergeFrom(record.value());
    }
    assertThat(producer.history()).hasSize(3);
    assertThat(written.getFeedbackList()).isEqualTo(labels);
  }
}
