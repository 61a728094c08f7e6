package dev.weir.monitor.history;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.watch.FeatureReader;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.OutcomeKey;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.Sample;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what comes in by series and minute of its own time, and writes what came since the last
 * write. Thread-safe: taking is quick and never waits for the disk.
 *
 * <p><b>Crash.</b> A batch is one transaction with the place in each router's stream: after a kill
 * it is there once or not at all, and slices that come again are known. What came after the last
 * batch is lost, {@link HistoryConfig#writeInterval} of it at most; nothing is counted twice.
 */
public final class HistoryKeeper implements FeatureReader.Sink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryKeeper.class);
  private static final long AHEAD_SECONDS = 3_600;

  private final HistoryStore store;
  private final HistoryConfig config;
  private final HistoryCounts counts;
  private final Clock clock;

  /** One write at a time; never taken while {@code this} is held. */
  private final Object writing = new Object();

  /** Last slice taken of each router process, the ones heard last at the end. */
  @GuardedBy("this")
  private final LinkedHashMap<String, Long> taken = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private Map<HistoryBatch.Cell, HistoryValue> waiting = new HashMap<>();

  @GuardedBy("this")
  private Map<String, Long> waitingPositions = new HashMap<>();

  @GuardedBy("writing")
  private long lastBatch;

  /** Written, but it is not known whether: it goes first. */
  @GuardedBy("writing")
  private @Nullable HistoryBatch inDoubt;

  @GuardedBy("writing")
  private boolean lastFailed;

  @GuardedBy("writing")
  private boolean closed;

  /** Goes on where the store ends. */
  public HistoryKeeper(
      HistoryStore store, HistoryConfig config, HistoryCounts counts, Clock clock) {
    this.store = store;
    this.config = config;
    this.counts = counts;
    this.clock = clock;
    this.taken.putAll(store.positions());
    this.lastBatch = store.lastBatch();
  }

  /** Takes a slice of outcomes that was checked. */
  public synchronized void slice(String routerProcess, OutcomeSlice slice) {
    Long last = taken.get(routerProcess);
    if (last != null && Long.compareUnsigned(slice.getSequence(), last) <= 0) {
      counts.add(HistoryEvent.SLICES_REPEATED, 1);
      return;
    }
    taken.put(routerProcess, slice.getSequence());
    waitingPositions.put(routerProcess, slice.getSequence());
    if (taken.size() > store.maxPositions()) {
      taken.pollFirstEntry();
    }
    add(slice, SeriesKind.OUTCOMES, SeriesKind.LATENCY);
  }

  /**
   * Takes a second of calls that senders other than our routers told of. Their place in the stream
   * is kept elsewhere: what was written here and not there may come again after a kill.
   */
  public synchronized void foreign(OutcomeSlice slice) {
    add(slice, SeriesKind.FOREIGN_OUTCOMES, SeriesKind.FOREIGN_LATENCY);
  }

  @GuardedBy("this")
  private void add(OutcomeSlice slice, SeriesKind outcomes, SeriesKind latency) {
    long minute = Resolution.MINUTE.floor(slice.getStart().getSeconds());
    if (!isTimely(minute)) {
      return;
    }
    for (OutcomeCell cell : slice.getCellsList()) {
      if (at(key(cell.getKey(), outcomes), minute, OutcomeTotals::new)
          instanceof OutcomeTotals totals) {
        totals.take(cell);
      }
      if (cell.getLatencyBucketsCount() > 0
          && at(key(cell.getKey(), latency), minute, LatencyTotals::new)
              instanceof LatencyTotals totals) {
        totals.take(cell);
      }
    }
  }

  /**
   * Takes a closed slice of samples: predicted classes and numbers, and how sure of them, of each
   * row.
   */
  public synchronized void samples(List<Sample> slice) {
    for (Sample sample : slice) {
      if (sample.getPredictedClassesCount() > 0) {
        count(
            sample,
            SeriesKind.CLASS,
            "",
            SketchTotals::categories,
            totals -> sample.getPredictedClassesList().forEach(totals::add));
      }
      if (sample.getConfidencesCount() > 0) {
        count(
            sample,
            SeriesKind.CONFIDENCE,
            "",
            SketchTotals::numbers,
            totals -> sample.getConfidencesList().forEach(totals::add));
      }
      if (sample.getPredictedValuesCount() > 0) {
        count(
            sample,
            SeriesKind.PREDICTED_VALUE,
            "",
            SketchTotals::numbers,
            totals -> sample.getPredictedValuesList().forEach(totals::add));
      }
    }
  }

  /** Takes labels that found their prediction: whether the first row's class was right. */
  public synchronized void labels(List<LabelledPrediction> labels) {
    for (LabelledPrediction labelled : labels) {
      Sample sample = labelled.sample();
      if (sample.getPredictedClassesCount() > 0 && labelled.label().getTrueClassesCount() > 0) {
        boolean right = sample.getPredictedClasses(0).equals(labelled.label().getTrueClasses(0));
        count(
            sample,
            SeriesKind.LABELS,
            "",
            SketchTotals::categories,
            totals -> totals.add(right ? "right" : "wrong"));
      }
    }
  }

  /** Takes a feature of a sample, a number; NaN when it is missing. */
  @Override
  public synchronized void feature(Sample sample, String name, double value) {
    count(
        sample,
        SeriesKind.FEATURE,
        name,
        SketchTotals::numbers,
        totals -> {
          if (Double.isNaN(value)) {
            totals.sketch().addMissing();
          } else {
            totals.add(value);
          }
        });
  }

  /** Takes a feature of a sample, a category. */
  @Override
  public synchronized void feature(Sample sample, String name, String category) {
    count(sample, SeriesKind.FEATURE, name, SketchTotals::categories, t -> t.add(category));
  }

  @GuardedBy("this")
  private void count(
      Sample sample,
      SeriesKind kind,
      String name,
      Supplier<HistoryValue> empty,
      Consumer<SketchTotals> take) {
    long minute = Resolution.MINUTE.floor(sample.getAt().getSeconds());
    if (isTimely(minute)) {
      var key =
          new SeriesKey(
              sample.getAssignment().getRoute(),
              sample.getModel(),
              sample.getVersion(),
              kind,
              name);
      if (at(key, minute, empty) instanceof SketchTotals totals) {
        take.accept(totals);
      }
    }
  }

  private static SeriesKey key(OutcomeKey key, SeriesKind kind) {
    return new SeriesKey(key.getRoute(), key.getModel(), key.getVersion(), kind, "");
  }

  private boolean isTimely(long minute) {
    long now = clock.now().getEpochSecond();
    if (minute < now - config.lateFor().toSeconds()) {
      counts.add(HistoryEvent.TOO_LATE, 1);
      return false;
    }
    if (minute > now + AHEAD_SECONDS) {
      counts.add(HistoryEvent.AHEAD, 1);
      return false;
    }
    return true;
  }

  /** What waits for a minute of a series; null when as many wait as may. */
  @GuardedBy("this")
  private @Nullable HistoryValue at(SeriesKey key, long minute, Supplier<HistoryValue> empty) {
    var cell = new HistoryBatch.Cell(key, minute);
    HistoryValue known = waiting.get(cell);
    if (known == null) {
      if (waiting.size() >= config.maxWaiting()) {
        counts.add(HistoryEvent.WAITING_FULL, 1);
        return null;
      }
      known = empty.get();
      waiting.put(cell, known);
    }
    return known;
  }

  /** Writes what waits; returns whether everything taken before the call is on disk. */
  public boolean write() {
    synchronized (writing) {
      if (closed) {
        return false;
      }
      try {
        HistoryBatch first = inDoubt;
        if (first != null) {
          store.write(first);
          inDoubt = null;
        }
        HistoryBatch batch = nextBatch(lastBatch + 1);
        if (!batch.positions().isEmpty() || !batch.values().isEmpty()) {
          inDoubt = batch;
          lastBatch = batch.number();
          store.write(batch);
          inDoubt = null;
        }
        if (lastFailed) {
          lastFailed = false;
          LOG.info("history can be written again");
        }
        return true;
      } catch (JdbiException e) {
        counts.add(HistoryEvent.WRITES_FAILED, 1);
        if (!lastFailed) {
          lastFailed = true;
          LOG.atError().setCause(e).log("history cannot be written, it is tried again");
        }
        return false;
      }
    }
  }

  private synchronized HistoryBatch nextBatch(long number) {
    var batch = new HistoryBatch(number, waiting, waitingPositions);
    waiting = new HashMap<>();
    waitingPositions = new HashMap<>();
    return batch;
  }

  /** Merges and deletes by policy. */
  public void compact() {
    synchronized (writing) {
      if (closed) {
        return;
      }
      try {
        store.compact(config, clock.now().getEpochSecond());
      } catch (JdbiException e) {
        counts.add(HistoryEvent.WRITES_FAILED, 1);
        LOG.atError().setCause(e).log("history cannot be compacted, it is tried again");
      }
    }
  }

  /** Writes what waits, and never again. */
  @Override
  public void close() {
    synchronized (writing) {
      if (!write()) {
        LOG.warn("the end of the history could not be written");
      }
      closed = true;
    }
  }
}
