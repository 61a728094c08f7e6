package dev.weir.monitor.history;

import com.google.protobuf.Timestamp;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;

/** A history in a folder, with a clock that stands still until told; one router reports to it. */
final class HistoryUnderTest implements AutoCloseable {
  static final SeriesKey OUTCOMES = new SeriesKey("fraud", "fraud", "1", SeriesKind.OUTCOMES, "");
  static final SeriesKey LATENCY = new SeriesKey("fraud", "fraud", "1", SeriesKind.LATENCY, "");
  static final long DAY = 86_400;

  final HistoryCounts counts = new HistoryCounts();
  final HistoryStore store;
  final HistoryKeeper keeper;
  final TestClock clock;
  private final Path folder;
  private final HistoryConfig config;
  private long sequence;

  HistoryUnderTest(Path folder) {
    this(folder, new TestClock(), HistoryConfig.defaults());
  }

  HistoryUnderTest(Path folder, TestClock clock, HistoryConfig config) {
    this.folder = folder;
    this.clock = clock;
    this.config = config;
    this.store = HistoryStore.open(folder.resolve("history.db"), "monitor-1", config, 4, counts);
    this.keeper = new HistoryKeeper(store, config, counts, clock);
    this.sequence = store.positions().getOrDefault("router-1", 0L);
  }

  /** Ends this one without writing what waits, and begins another in the same folder. */
  HistoryUnderTest restarted() {
    close();
    return new HistoryUnderTest(folder, clock, config);
  }

  long now() {
    return clock.now().getEpochSecond();
  }

  /** Takes a slice of the one router. */
  void take(long epochSecond, long requests, long errors) {
    keeper.slice("router-1", slice(++sequence, epochSecond, requests, errors));
  }

  static OutcomeSlice slice(long sequence, long epochSecond, long requests, long errors) {
    var cell =
        OutcomeCell.newBuilder()
            .setKey(OutcomeKey.newBuilder().setRoute("fraud").setModel("fraud").setVersion("1"))
            .setStarted(requests);
    if (errors > 0) {
      cell.putErrors(14, errors);
    }
    if (requests > errors) {
      cell.addLatencyBuckets(300).addLatencyCounts(requests - errors);
    }
    return OutcomeSlice.newBuilder()
        .setSequence(sequence)
        .setStart(Timestamp.newBuilder().setSeconds(epochSecond))
        .setLengthMillis(250)
        .addCells(cell)
        .build();
  }

  /** A series in steps. */
  SortedMap<Long, HistoryPoint> points(
      SeriesKey key, long from, long to, long step, Resolution coarsest) {
    return store.read(reading -> reading.points(key, from, to, step, coarsest));
  }

  /** All requests that the history knows of between two times, told at most this coarsely. */
  long requests(long from, long to, Resolution coarsest) {
    return points(OUTCOMES, from, to, coarsest.seconds(), coarsest).values().stream()
        .map(HistoryPoint::value)
        .mapToLong(value -> ((OutcomeTotals) value).started())
        .sum();
  }

  /** Lets time pass and does what a monitor does meanwhile. */
  void pass(Duration time) {
    clock.advance(time);
    keeper.write();
    keeper.compact();
  }

  @Override
  public void close() {
    store.close();
  }
}
