package dev.weir.monitor.scale;

import dev.weir.monitor.guardrail.BusinessUnit;
import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.guardrail.EvidenceConfig;
import dev.weir.monitor.guardrail.EvidenceJournal;
import dev.weir.monitor.guardrail.EvidenceListener;
import dev.weir.monitor.intake.BusinessBoard;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.BusinessMemory;
import dev.weir.monitor.intake.BusinessUnits;
import dev.weir.monitor.intake.FeedbackJoin;
import dev.weir.monitor.intake.FeedbackLog;
import dev.weir.monitor.intake.IntakeConfig;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.store.SavePoint;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.route.v1.GuardrailEvidence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.jspecify.annotations.Nullable;

/** The evidence, the joins and the reader of one monitor, from its disk. */
final class MonitorUnderTest {
  /** What outlives a kill. */
  static final class Disk {
    private byte @Nullable [] evidence;
  }

  final IntakeCounts intake = new IntakeCounts();
  final LogCounts counts = new LogCounts();
  final SavePoint saves = new SavePoint();
  final EvidenceBook book;
  private final BusinessMemory memory = new BusinessMemory(IntakeConfig.defaults());
  final BusinessBoard means = new BusinessBoard();
  private final LogUnderTest log;
  private final TestClock clock;
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final LogReader reader;

  MonitorUnderTest(LogUnderTest log, String share, Disk disk) {
    this.log = log;
    this.clock = log.clock;
    KafkaConfig config = LogUnderTest.config(share);
    this.book =
        new EvidenceBook(
            EvidenceConfig.defaults(),
            IntakeConfig.defaults(),
            intake,
            clock,
            new EvidenceListener() {},
            EvidenceJournal.NONE,
            List.of(memory));
    byte[] image = disk.evidence;
    if (image != null) {
      try {
        book.restore(image);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    book.keepOnly(config.ownership()::owns, config.ownership()::ownsRoute);
    book.follow(config.ownership().own(MonitorAlone.snapshot()));
    var feedback =
        new FeedbackJoin(
            IntakeConfig.defaults(),
            intake,
            new FeedbackLog(),
            UnaryOperator.identity(),
            labels -> {
              if (!saves.isAgain()) {
                book.takeLabels(labels);
              }
            });
    var units =
        new BusinessUnits(
            IntakeConfig.defaults(),
            memory,
            intake,
            values -> {
              if (!saves.isAgain()) {
                book.takeBusiness(values.stream().map(BusinessUnit::of).toList());
              }
            });
    this.reader =
        new LogReader(
            consumer,
            LogReader.partitionsOf(config),
            LogPlace.fromBytes(book.place()),
            new LogFeed(
                book, feedback, units, BusinessDoor.into(means, units), report -> {}, clock),
            saves,
            IntakeConfig.defaults().maxPredictions(),
            counts,
            clock);
    saves.place(() -> book.place(reader.place().toBytes()));
    saves.evidence(() -> {
      book.image()
          .ifPresent(taken -> {
            disk.evidence = taken.bytes();
            book.saved(taken);
          });
      return true;
    });
  }

  /** Reads what there is. */
  void read() {
    log.feed(consumer);
    reader.read();
  }

  /** Reads what there is, and until no worker can be expected to say more. */
  void readToTheEnd() {
    for (int i = 0; i < 10; i++) {
      clock.advance(Duration.ofMillis(500));
      read();
    }
  }

  boolean watches(String route) {
    return book.verdicts().stream()
        .anyMatch(verdict -> verdict.getRolloutId().equals(TwoRoutes.rolloutOf(route)));
  }

  List<GuardrailEvidence> evidence(String route) {
    return MonitorAlone.evidence(book, route);
  }
}
