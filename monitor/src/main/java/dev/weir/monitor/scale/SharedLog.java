package dev.weir.monitor.scale;

import dev.weir.monitor.guardrail.EvidenceBook;
import dev.weir.monitor.intake.BusinessDoor;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeDoor;
import dev.weir.monitor.store.SavePoint;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log that several monitors share, as one of them sees it: a door that writes what it is told,
 * and a reader of what it owns. Whatever Kafka does, it goes on by itself when Kafka is back.
 */
public final class SharedLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedLog.class);
  private static final String PART = "kafka";
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration LONG_SILENCE = Duration.ofSeconds(3);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final LogTopics topics;
  private final ReportLog writer;
  private final LogReader reader;
  private final Readiness readiness;
  private final LogCounts counts = new LogCounts();
  private volatile String problem = "it has not answered yet";
  private volatile boolean closed;

  /**
   * Nothing is connected before {@link #start}.
   *
   * @param instance this monitor's
   * @param feed takes what is read
   * @param book with the place where it ends
   * @param saves held while something is taken
   * @param predictionsRemembered predictions that wait for a label at most
   * @throws InvalidValueException when Kafka's client refuses its settings
   */
  public SharedLog(
      KafkaConfig config,
      String instance,
      LogFeed feed,
      EvidenceBook book,
      SavePoint saves,
      int predictionsRemembered,
      IntakeCounts intake,
      Readiness readiness,
      Clock clock) {
    Ownership ownership = config.ownership();
    book.keepOnly(ownership::owns, ownership::ownsRoute);
    var clients = new KafkaClients(config, instance);
    this.readiness = readiness;
    this.topics = new LogTopics(config, clients::admin);
    try {
      this.writer =
          new ReportLog(
              clients.producer(),
              config,
              new ReportSplit(ownership, intake),
              topics::areThere,
              counts,
              clock);
      this.reader =
          new LogReader(
              clients.consumer(),
              LogReader.partitionsOf(config),
              LogPlace.fromBytes(book.place()),
              feed,
              saves,
              predictionsRemembered,
              counts,
              clock);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new InvalidValueException(
          "kafka.bootstrap", config.bootstrap(), "settings that Kafka's client takes: " + cause);
    }
    saves.place(() -> book.place(reader.place().toBytes()));
  }

  /** Writes reports for whoever owns them. */
  public IntakeDoor door() {
    return writer;
  }

  /** Writes what metrics say about variants for whoever owns them. */
  public BusinessDoor business() {
    return writer;
  }

  /** Shows what was written and read. */
  public void registerWith(Meter meter) {
    counts.registerWith(meter);
  }

  /**
   * Begins.
   *
   * @param registryHeard nothing is read before this says so: reports about a rollout that is not
   *     known yet would pass by
   */
  public void start(Scheduler scheduler, BooleanSupplier registryHeard) {
    readiness.degraded(PART, problem);
    scheduler.every(PAUSE, () -> work(registryHeard));
    scheduler.every(LOOK_EVERY, () -> say(registryHeard));
  }

  private void work(BooleanSupplier registryHeard) {
    if (closed) {
      return;
    }
    try {
      topics.ensure();
      problem = "";
    } catch (InvalidValueException e) {
      problem = String.valueOf(e.getMessage());
    } catch (TimeoutException | ExecutionException | KafkaException e) {
      problem = "it does not answer";
      LOG.atDebug().setCause(e).log("Kafka does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (problem.isEmpty() && registryHeard.getAsBoolean()) {
      reader.read();
    }
  }

  private void say(BooleanSupplier registryHeard) {
    if (!problem.isEmpty()) {
      readiness.degraded(PART, problem + "; reports are refused until it is well");
    } else if (!registryHeard.getAsBoolean()) {
      readiness.degraded(PART, "nothing is read before the registry was heard");
    } else if (reader.silence().compareTo(LONG_SILENCE) > 0) {
      readiness.degraded(
          PART,
          "it has not answered for %s; reports are refused, and their senders keep them"
              .formatted(Check.show(Duration.ofSeconds(reader.silence().toSeconds()))));
    } else {
      readiness.ready(PART);
    }
  }

  /** Stops reading: when this returns nothing is being taken. Idempotent. */
  public void stopReading() {
    closed = true;
    reader.close();
  }

  @Override
  public void close() {
    stopReading();
    writer.close(FAREWELL);
  }
}
