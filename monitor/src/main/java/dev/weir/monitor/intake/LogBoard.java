package dev.weir.monitor.intake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The newest errors in the logs of each service, so that one that writes many leaves room for the
 * others. In memory only. Thread-safe.
 */
public final class LogBoard {
  private static final int MAX_SERVICES = 64;

  private final int maxPerService;
  private final IntakeCounts counts;

  @GuardedBy("this")
  private final LinkedHashMap<String, Deque<StoredLog>> newest =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Empty. */
  public LogBoard(IntakeConfig config, IntakeCounts counts) {
    this.maxPerService = config.maxLogsPerService();
    this.counts = counts;
  }

  /** Takes a record; the oldest of its service makes room for it. */
  public synchronized void add(StoredLog log) {
    Deque<StoredLog> logs = newest.computeIfAbsent(log.service(), name -> new ArrayDeque<>());
    logs.addLast(log);
    counts.add(IntakeEvent.LOGS);
    if (logs.size() > maxPerService) {
      logs.removeFirst();
      counts.add(IntakeEvent.LOGS_FORGOTTEN);
    }
    if (newest.size() > MAX_SERVICES) {
      counts.add(IntakeEvent.LOGS_FORGOTTEN, newest.pollFirstEntry().getValue().size());
    }
  }

  /**
   * The records that match, newest first.
   *
   * @param service {@code service.name}; empty: all services
   * @param traceId 32 hexadecimal digits; empty: all
   * @param limit at most so many
   */
  public synchronized List<StoredLog> find(String service, String traceId, int limit) {
    var found = new ArrayList<StoredLog>();
    // looking does not count as use: the order is that of the last record
    newest.forEach((name, logs) -> {
      if (service.isEmpty() || name.equals(service)) {
        logs.stream()
            .filter(log -> traceId.isEmpty() || log.traceId().equals(traceId))
            .forEach(found::add);
      }
    });
    found.sort(Comparator.comparingLong(StoredLog::atMillis).reversed());
    return List.copyOf(found.subList(0, Math.min(limit, found.size())));
  }
}
