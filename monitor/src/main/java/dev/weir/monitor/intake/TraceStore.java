package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.privacy.Erasable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The recent traces by id, bounded in traces and in spans of each. Traces that a verdict names, and
 * examples of a mirror's differences, are kept beyond their time, up to a bound for each of the
 * two. Nothing is written to disk. Thread-safe.
 */
public final class TraceStore implements Erasable {
  private final int maxTraces;
  private final int maxSpansPerTrace;
  private final int maxPinned;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<String, List<StoredSpan>> recent = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, List<StoredSpan>> pinned = new LinkedHashMap<>();

  @GuardedBy("this")
  private final LinkedHashMap<String, List<StoredSpan>> examples = new LinkedHashMap<>();

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
    List<StoredSpan> spans = kept(traceId);
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

  /** Keeps traces that a verdict names, spans that have not come yet included. */
  public synchronized void pin(Collection<String> traceIds) {
    keep(traceIds, pinned);
  }

  /** Keeps traces of examples likewise; they never take the room of a verdict's. */
  public synchronized void keepExamples(Collection<String> traceIds) {
    keep(traceIds, examples);
  }

  @GuardedBy("this")
  private void keep(Collection<String> traceIds, LinkedHashMap<String, List<StoredSpan>> where) {
    for (String traceId : traceIds) {
      if (where.containsKey(traceId)) {
        continue;
      }
      List<StoredSpan> spans = kept(traceId);
      if (spans == null) {
        spans = recent.remove(traceId);
      }
      where.put(traceId, spans == null ? new ArrayList<>(4) : spans);
      if (where.size() > maxPinned) {
        where.pollFirstEntry();
      }
    }
  }

  /** The spans so far of a trace that is kept beyond its time; null: it is not one. */
  @GuardedBy("this")
  private @Nullable List<StoredSpan> kept(String traceId) {
    List<StoredSpan> spans = pinned.get(traceId);
    return spans == null ? examples.get(traceId) : spans;
  }

  /** The spans of a trace so far, in order of arrival; empty when none are here. */
  public synchronized Optional<List<StoredSpan>> find(String traceId) {
    List<StoredSpan> spans = kept(traceId);
    if (spans == null) {
      spans = recent.getOrDefault(traceId, List.of());
    }
    return spans.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(spans));
  }

  /**
   * The recent traces with what is here of them, the newest first; those that are kept beyond their
   * time are not among them.
   */
  public synchronized Map<String, List<StoredSpan>> newest(int limit) {
    var newest = new LinkedHashMap<String, List<StoredSpan>>();
    for (Map.Entry<String, List<StoredSpan>> entry : recent.sequencedEntrySet().reversed()) {
      if (newest.size() == limit) {
        break;
      }
      newest.put(entry.getKey(), List.copyOf(entry.getValue()));
    }
    return newest;
  }

  /** Whether a span of this trace is here. */
  public synchronized boolean holds(String traceId) {
    List<StoredSpan> spans = kept(traceId);
    return spans == null ? recent.containsKey(traceId) : !spans.isEmpty();
  }

  /** Traces are known by their own id alone. */
  @Override
  public boolean erase(String requestId) {
    return false;
  }

  /** Traces are known by their own id alone. */
  @Override
  public int eraseUnit(long unit) {
    return 0;
  }

  @Override
  public synchronized boolean eraseTrace(String traceId) {
    boolean was = recent.remove(traceId) != null;
    was |= pinned.remove(traceId) != null;
    was |= examples.remove(traceId) != null;
    return was;
  }

  /** Traces held. */
  public synchronized int size() {
    return recent.size() + pinned.size() + examples.size();
  }
}
