package dev.weir.monitor.scale;

import com.google.protobuf.MessageLite;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.BusinessPoint;
import dev.weir.monitor.intake.IntakeDoor;
import dev.weir.monitor.intake.NotTakenException;
import dev.weir.platform.error.Check;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportFeedbackResponse;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Writes reports for the monitors that own their routes. A report is taken when Kafka has all of
 * it, and its sender is answered then. One that was written in part is sent again by its router and
 * known by those that have their part. Thread-safe.
 */
final class ReportLog implements IntakeDoor, BusinessDoor {
  private static final int LABELS_IN_A_RECORD = 1_000;

  private final Producer<byte[], byte[]> producer;
  private final KafkaConfig config;
  private final ReportSplit split;
  private final BooleanSupplier open;
  private final LogCounts counts;
  private final Clock clock;

  /**
   * @param open whether the topics are there
   */
  ReportLog(
      Producer<byte[], byte[]> producer,
      KafkaConfig config,
      ReportSplit split,
      BooleanSupplier open,
      LogCounts counts,
      Clock clock) {
    this.producer = producer;
    this.config = config;
    this.split = split;
    this.open = open;
    this.counts = counts;
    this.clock = clock;
  }

  @Override
  public long outcomes(ReportOutcomesRequest report) {
    var batch = new Batch(LogTopic.OUTCOMES, report.getRouterProcess());
    if (report.getSlicesCount() == 0) {
      return 0;
    }
    List<ReportOutcomesRequest> parts = split.outcomes(report);
    for (int partition = 0; partition < parts.size(); partition++) {
      batch.write(partition, parts.get(partition));
    }
    batch.await();
    return report.getSlicesList().stream()
        .map(OutcomeSlice::getSequence)
        .max(Long::compareUnsigned)
        .orElse(0L);
  }

  @Override
  public void samples(ReportSamplesRequest report) {
    var batch = new Batch(LogTopic.SAMPLES, report.getWorker());
    split
        .samples(report)
        .forEach((partition, parts) -> parts.forEach(part -> batch.write(partition, part)));
    batch.await();
  }

  /** Whose prediction a label finds is known to its owner only: all of them are pending here. */
  @Override
  public ReportFeedbackResponse labels(List<Feedback> labels) {
    for (int from = 0; from < labels.size(); from += LABELS_IN_A_RECORD) {
      List<Feedback> some =
          labels.subList(from, Math.min(labels.size(), from + LABELS_IN_A_RECORD));
      String key = some.getFirst().getRequestId();
      var batch = new Batch(LogTopic.LABELS, key);
      batch.write(0, ReportFeedbackRequest.newBuilder().addAllFeedback(some).build());
      batch.await();
    }
    return ReportFeedbackResponse.newBuilder().setPending(labels.size()).build();
  }

  @Override
  public void mirrored(ReportMirroredRequest report) {
    var batch = new Batch(LogTopic.MIRRORS, report.getRouterProcess());
    split.mirrored(report).forEach(batch::write);
    batch.await();
  }

  @Override
  public void business(List<BusinessPoint> differences, List<BusinessPoint> ofUnits) {
    var batch = new Batch(LogTopic.BUSINESS, "");
    split.business(differences, ofUnits).forEach(batch::write);
    batch.await();
  }

  /** The records of one report on their way. */
  private final class Batch {
    private final LogTopic topic;
    private final byte[] sender;
    private final List<Future<RecordMetadata>> written = new ArrayList<>();
    private final long deadlineNanos = clock.nanoTime() + config.timeout().toNanos();

    Batch(LogTopic topic, String sender) {
      this.topic = topic;
      this.sender = sender.getBytes(StandardCharsets.UTF_8);
      if (!open.getAsBoolean()) {
        throw refused(1, "its topics are not there yet", null);
      }
    }

    void write(int partition, MessageLite report) {
      try {
        Future<RecordMetadata> future =
            producer.send(
                new ProducerRecord<>(
                    topic.named(config.prefix()), partition, sender, report.toByteArray()));
        written.add(future);
        if (future.isDone()) {
          // one that failed at once: the others would wait in vain
          await(future);
        }
      } catch (KafkaException e) {
        throw refused(written.size() + 1, String.valueOf(e.getMessage()), e);
      }
    }

    void await() {
      written.forEach(this::await);
      counts.add(topic, LogEvent.WRITTEN, written.size());
    }

    private void await(Future<RecordMetadata> future) {
      try {
        future.get(Math.max(0, deadlineNanos - clock.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw refused(written.size(), String.valueOf(e.getCause()), e);
      } catch (TimeoutException e) {
        throw refused(written.size(), "no answer within " + Check.show(config.timeout()), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw refused(written.size(), "this monitor is stopping", e);
      }
    }

    private NotTakenException refused(int records, String problem, @Nullable Throwable cause) {
      counts.add(topic, LogEvent.REFUSED, records);
      return new NotTakenException("kafka: " + problem, cause);
    }
  }

  /** Ends once what is on its way is there or lost, within {@code patience}. */
  void close(Duration patience) {
    producer.close(patience);
  }
}
