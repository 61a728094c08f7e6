package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The recent traces by id, bounded in traces and in spans of each. Traces that a verdict names are
 * pinned: kept beyond their time, up to a bound of their own. Nothing is written to disk and
 * nothing forwarded. Thread-safe.
 */
public final class TraceStore {
  private final int maxTraces;
  private final int maxSpansPerTrace;
  private final int maxPinned;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<String, List<StoredSpan>> recent = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, List<StoredSpan>> pinned = new LinkedHashMap<>();

  /** Empty. */
  public TraceStore(IntakeConfig config, IntakeCounts counts) {
    this.maxTraces = config.maxTraces();
    this.maxSpansPerTrace = config.maxSpansPerTrace();
    this.maxPinned = config.maxPinnedTraces();
    this.counts = counts;
  }

  /**
   * Takes a span.
   *
   * @param traceId 32 hexadecimal digits
   */
  public synchronized void add(String traceId, StoredSpan span) {
    List<StoredSpan> spans = pinned.get(traceId);
    if (spans == null) {
      spans = recent.computeIfAbsent(traceId, id -> new ArrayList<>(4));
      if (recent.size() > maxTraces) {
        recent.pollFirstEntry();
        counts.add(IntakeEvent.TRACES_FORGOTTEN);
      }
    }
    if (spans.size() >= maxSpansPerTrace
        || spans.stream().anyMatch(s -> s.spanId().equals(span.spanId()))) {
      counts.add(IntakeEvent.SPANS_DROPPED);
      return;
    }
    spans.add(span);
    counts.add(IntakeEvent.SPANS);
  }

  /** Keeps these traces, spans that have not come yet included. */
  public synchronized void pin(Collection<String> traceIds) {
    for (String traceId : traceIds) {
      if (pinned.containsKey(traceId)) {
        continue;
      }
      List<StoredSpan> spans = recent.remove(traceId);
      pinned.put(traceId, spans == null ? new ArrayList<>(4) : spans);
      if (pinned.size() > maxPinned) {
        pinned.pollFirstEntry();
      }
    }
  }

  /** The spans of a trace so far, in order of arrival; empty when none are here. */
  public synchronized Optional<List<StoredSpan>> find(String traceId) {
    List<StoredSpan> spans = pinned.getOrDefault(traceId, recent.getOrDefault(traceId, List.of()));
    return spans.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(spans));
  }

  /** Whether a span of this trace is here. */
  public synchronized boolean holds(String traceId) {
    return !pinned.getOrDefault(traceId, List.of()).isEmpty() || recent.containsKey(traceId);
  }

  /** Traces held. */
  public synchronized int size() {
    return recent.size() + pinned.size();
  }
}
