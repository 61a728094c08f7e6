package dev.weir.monitor.scale;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.store.SavePoint;
import dev.weir.platform.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the partitions that this monitor owns, and all labels, and hands each record to the feed
 * once. Where it is belongs to the evidence and is saved with it, not in Kafka.
 *
 * <p><b>Start.</b> From the place in the evidence it goes back as far as something waited in memory
 * (samples whose slice was open, predictions whose label had not come) and takes that again, muted
 * ({@link SavePoint#isAgain}); when all partitions have come to their place, it goes on. A
 * partition that is new to this monitor is read from the oldest record kept.
 *
 * <p>Not thread-safe but for {@link #silence} and {@link #close}: one {@link #read} at a time.
 */
final class LogReader {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long LOOK_NANOS = 250_000_000L;

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, LogTopic> partitions;
  private final LogFeed feed;
  private final SavePoint saves;
  private final LogCounts counts;
  private final Clock clock;
  private final int predictionsRemembered;
  private final ReentrantLock step = new ReentrantLock();

  /** Where the evidence ended before reading began. */
  private final LogPlace restored;

  @GuardedBy("step")
  private boolean begun;

  /** Next offsets to be taken; changes inside the save point only. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /** Next offsets to be read, of what is taken again too; changes inside the save point only. */
  private final Map<TopicPartition, Long> at = new HashMap<>();

  /** Partitions that have not come to their place yet. */
  @GuardedBy("step")
  private final Set<TopicPartition> behind = new HashSet<>();

  private Horizon horizon;

  @GuardedBy("step")
  private long lookedNanos;

  private volatile long heardNanos;
  private volatile boolean closing;

  /**
   * @param partitions what is read
   * @param place where the evidence ends
   * @param predictionsRemembered predictions that wait for a label at most
   */
  LogReader(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, LogTopic> partitions,
      LogPlace place,
      LogFeed feed,
      SavePoint saves,
      int predictionsRemembered,
      LogCounts counts,
      Clock clock) {
    this.consumer = consumer;
    this.partitions = Map.copyOf(partitions);
    this.restored = place;
    this.feed = feed;
    this.saves = saves;
    this.predictionsRemembered = predictionsRemembered;
    this.horizon = new Horizon(predictionsRemembered, Map.of());
    this.counts = counts;
    this.clock = clock;
    this.heardNanos = clock.nanoTime();
    this.lookedNanos = clock.nanoTime() - LOOK_NANOS;
  }

  /** Reads until there is nothing more for now. */
  void read() {
    step.lock();
    try {
      while (!closing && step()) {
        // there may be more
      }
    } catch (WakeupException e) {
      LOG.debug("reading ends");
    } catch (OffsetOutOfRangeException e) {
      LOG.atError().setCause(e).log("the log was cut before it was read");
      begun = false;
    } catch (KafkaException e) {
      LOG.atDebug().setCause(e).log("the log cannot be read now");
    } finally {
      step.unlock();
    }
  }

  /** One poll; returns whether anything came. */
  @GuardedBy("step")
  private boolean step() {
    if (!begun) {
      begin();
    }
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    if (!records.isEmpty()) {
      heardNanos = clock.nanoTime();
      if (behind.isEmpty()) {
        saves.taking(() -> records.forEach(this::take));
      } else {
        saves.takingAgain(() -> records.forEach(this::again));
        arrive();
      }
    }
    if (clock.nanoTime() - lookedNanos >= LOOK_NANOS) {
      lookedNanos = clock.nanoTime();
      look();
    }
    if (behind.isEmpty()) {
      saves.taking(this::closeSamples);
    }
    return !records.isEmpty();
  }

  /** Goes to where reading begins. */
  @GuardedBy("step")
  private void begin() {
    consumer.assign(partitions.keySet());
    Map<TopicPartition, Long> oldest = consumer.beginningOffsets(partitions.keySet(), PATIENCE);
    Map<TopicPartition, Long> newest = consumer.endOffsets(partitions.keySet(), PATIENCE);
    saves.taking(() -> {
      partitions.forEach((partition, topic) -> {
        LogPlace.Spot spot =
            spot(
                topic,
                known(partition),
                oldest.getOrDefault(partition, 0L),
                newest.getOrDefault(partition, 0L));
        next.put(partition, spot.next());
        at.put(partition, spot.from());
      });
      horizon = new Horizon(predictionsRemembered, at);
    });
    behind.clear();
    at.forEach((partition, offset) -> {
      consumer.seek(partition, offset);
      if (offset < nextOf(partition)) {
        behind.add(partition);
      }
    });
    begun = true;
    heardNanos = clock.nanoTime();
    arrive();
    LOG.atInfo()
        .addKeyValue("partitions", partitions.size())
        .addKeyValue("read_again", behind.size())
        .log("reading the log");
  }

  /** Where a partition is; null: it is new. Memory is not lost while this runs. */
  private LogPlace.@Nullable Spot known(TopicPartition partition) {
    Long taken = next.get(partition);
    return taken == null ? restored.spots().get(partition) : new LogPlace.Spot(taken, taken);
  }

  private long nextOf(TopicPartition partition) {
    return next.getOrDefault(partition, 0L);
  }

  private LogPlace.Spot spot(
      LogTopic topic, LogPlace.@Nullable Spot known, long oldest, long newest) {
    if (known == null) {
      return new LogPlace.Spot(oldest, oldest);
    }
    if (known.next() > newest) {
      LOG.atError()
          .addKeyValue("topic", topic.word())
          .addKeyValue("place", known.next())
          .addKeyValue("end", newest)
          .log("the log is shorter than what was read of it, it is read from its beginning");
      return new LogPlace.Spot(oldest, oldest);
    }
    if (known.next() < oldest) {
      counts.add(topic, LogEvent.LOST, oldest - known.next());
      LOG.atError()
          .addKeyValue("topic", topic.word())
          .addKeyValue("lost", oldest - known.next())
          .log("the log was cut before it was read");
      return new LogPlace.Spot(oldest, oldest);
    }
    return new LogPlace.Spot(known.next(), Math.max(oldest, known.from()));
  }

  /** Partitions that have come to their place wait there until all have. */
  @GuardedBy("step")
  private void arrive() {
    behind.removeIf(partition -> consumer.position(partition) >= nextOf(partition));
    if (behind.isEmpty()) {
      partitions.keySet().forEach(partition -> consumer.seek(partition, nextOf(partition)));
      consumer.resume(partitions.keySet());
    } else {
      var there = new HashSet<>(partitions.keySet());
      there.removeAll(behind);
      consumer.pause(there);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = partitionOf(record);
    handOver(record, LogEvent.READ, feed::take);
    next.put(partition, record.offset() + 1);
  }

  private void again(ConsumerRecord<byte[], byte[]> record) {
    if (record.offset() < nextOf(partitionOf(record))) {
      handOver(record, LogEvent.READ_AGAIN, feed::again);
    }
  }

  /** Takes a record; returns how many predictions are in it. */
  @FunctionalInterface
  private interface Taker {
    int take(LogFeed.Entry entry) throws InvalidProtocolBufferException;
  }

  private void handOver(ConsumerRecord<byte[], byte[]> record, LogEvent taken, Taker taker) {
    TopicPartition partition = partitionOf(record);
    LogFeed.Entry entry = entry(partition, record);
    int predictions = 0;
    try {
      predictions = taker.take(entry);
      counts.add(entry.topic(), taken, 1);
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      // it would fail again and again, and hold up everything behind it
      counts.add(entry.topic(), LogEvent.UNREADABLE, 1);
      LOG.atError()
          .setCause(e)
          .addKeyValue("partition", partition)
          .addKeyValue("offset", record.offset())
          .log("a record that cannot be taken is passed over");
    }
    at.put(partition, record.offset() + 1);
    horizon.passed(predictions, () -> at);
  }

  private static TopicPartition partitionOf(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  private LogFeed.Entry entry(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    LogTopic topic = partitions.get(partition);
    if (topic == null) {
      throw new IllegalStateException("a record of " + partition + ", which is not read");
    }
    return new LogFeed.Entry(
        topic,
        record.partition(),
        record.offset(),
        record.timestamp() * 1_000_000L,
        record.value() == null ? new byte[0] : record.value());
  }

  /** Asks how far the log goes: in a lane that was read to its end, time passes. */
  @GuardedBy("step")
  private void look() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions.keySet(), PATIENCE);
    heardNanos = clock.nanoTime();
    var unread = new HashMap<LogTopic, Long>();
    ends.forEach((partition, end) -> {
      LogTopic topic = partitions.get(partition);
      if (topic != null) {
        long records = Math.max(0, end - nextOf(partition));
        unread.merge(topic, records, Long::sum);
        if (topic == LogTopic.SAMPLES && records == 0) {
          feed.idle(partition.partition());
        }
      }
    });
    unread.forEach(counts::behind);
  }

  private void closeSamples() {
    partitions.forEach((partition, topic) -> {
      if (topic == LogTopic.SAMPLES) {
        feed.closeSamples(partition.partition());
      }
    });
  }

  /** Where the evidence ends now; to be asked inside the save point. */
  LogPlace place() {
    if (next.isEmpty()) {
      return restored;
    }
    Map<TopicPartition, Long> remembered = horizon.places();
    var spots = new HashMap<TopicPartition, LogPlace.Spot>();
    partitions.forEach((partition, topic) -> {
      long upTo = nextOf(partition);
      long from =
          switch (topic) {
            case OUTCOMES, MIRRORS -> upTo;
            case LABELS, BUSINESS -> remembered.getOrDefault(partition, upTo);
            case SAMPLES ->
                Math.min(
                    remembered.getOrDefault(partition, upTo),
                    feed.earliestWaiting(partition.partition()).orElse(upTo));
          };
      spots.put(partition, new LogPlace.Spot(upTo, Math.min(from, upTo)));
    });
    return new LogPlace(spots);
  }

  /** Time since Kafka answered last. */
  Duration silence() {
    return Duration.ofNanos(Math.max(0, clock.nanoTime() - heardNanos));
  }

  /** Ends; when this returns nothing is being taken. */
  void close() {
    closing = true;
    consumer.wakeup();
    step.lock();
    try {
      consumer.close(CloseOptions.timeout(PATIENCE));
    } finally {
      step.unlock();
    }
  }

  /** What a monitor reads: its own partitions of what is by route, and all labels. */
  static Map<TopicPartition, LogTopic> partitionsOf(KafkaConfig config) {
    var partitions = new HashMap<TopicPartition, LogTopic>();
    for (LogTopic topic : LogTopic.values()) {
      topic
          .readBy(config.ownership())
          .forEach(partition ->
              partitions.put(new TopicPartition(topic.named(config.prefix()), partition), topic));
    }
    return partitions;
  }
}
