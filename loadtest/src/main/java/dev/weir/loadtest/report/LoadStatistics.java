package dev.weir.loadtest.report;

import dev.weir.loadtest.load.Outcome;
import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Counts outcomes while they come. Thread-safe. */
public final class LoadStatistics {
  /** Different served versions counted apart; more are counted together. */
  private static final int MAX_VERSIONS = 64;

  private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Recorder recorder = new Recorder(HIGHEST_NANOS, 3);
  private final Histogram total = new Histogram(HIGHEST_NANOS, 3);
  private final LongAdder[] byCode = new LongAdder[Status.Code.values().length];
  private final ConcurrentSkipListMap<String, LongAdder> byVersion = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListMap<String, String> firstFailure = new ConcurrentSkipListMap<>();
  private final LongAdder retried = new LongAdder();
  private final LongAdder unsent = new LongAdder();
  private final AtomicLong unanswered = new AtomicLong();
  private final LongAdder failed = new LongAdder();
  private final AtomicLong count = new AtomicLong();

  /** Nothing seen. */
  public LoadStatistics() {
    for (int i = 0; i < byCode.length; i++) {
      byCode[i] = new LongAdder();
    }
  }

  /** Takes one outcome. */
  public void add(Outcome outcome) {
    Status.Code code = outcome.status().getCode();
    byCode[code.value()].increment();
    if (code == Status.Code.OK) {
      recorder.recordValue(Math.clamp(outcome.latencyNanos(), 0, HIGHEST_NANOS));
    } else {
      failed.increment();
      if (!firstFailure.containsKey(code.name())) {
        firstFailure.putIfAbsent(code.name(), String.valueOf(outcome.status().getDescription()));
      }
    }
    if (!outcome.sent()) {
      unsent.increment();
    }
    if (outcome.attempts() > 1) {
      retried.increment();
    }
    String version = outcome.servedVersion();
    if (!version.isEmpty()) {
      LongAdder counter = byVersion.get(version);
      if (counter == null) {
        String key = byVersion.size() < MAX_VERSIONS ? version : "other";
        counter = byVersion.computeIfAbsent(key, ignored -> new LongAdder());
      }
      counter.increment();
    }
    // last: whoever has seen it counted finds all the rest of it
    count.incrementAndGet();
  }

  /**
   * Says how many requests had no answer, not even an error, when the load test stopped waiting.
   */
  public void unanswered(long requests) {
    unanswered.set(requests);
  }

  /** Requests that ended so far. */
  public long ended() {
    return count.get();
  }

  /** Requests that failed so far. */
  public long failed() {
    return failed.sum();
  }

  /** Requests so far that a version answered, by {@code model/version}. */
  public Map<String, Long> versions() {
    var versions = new TreeMap<String, Long>();
    byVersion.forEach((version, counter) -> versions.put(version, counter.sum()));
    return versions;
  }

  /** All that was seen so far. */
  public LoadReport report(double seconds) {
    var codes = new TreeMap<String, Long>();
    long ended = 0;
    for (Status.Code code : Status.Code.values()) {
      long n = byCode[code.value()].sum();
      if (n > 0) {
        ended += n;
        codes.put(code.name(), n);
      }
    }
    Histogram latencies;
    synchronized (total) {
      total.add(recorder.getIntervalHistogram());
      latencies = total.copy();
    }
    return new LoadReport(
        seconds,
        ended,
        codes,
        versions(),
        retried.sum(),
        unsent.sum(),
        unanswered.get(),
        Map.copyOf(firstFailure),
        latencies);
  }
}
