package dev.weir.monitor.why;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The newest traced requests of a version by event, so many of each. Single writer. */
final class Examples {
  /**
   * A traced request.
   *
   * @param place where it was counted
   * @param requestId its id; empty: it has none
   * @param traceId 32 hexadecimal digits
   */
  record Example(Place place, String requestId, String traceId) {}

  private final int maxOfEvent;
  private final Map<String, Deque<Example>> byEvent = new HashMap<>();

  Examples(int maxOfEvent) {
    this.maxOfEvent = maxOfEvent;
  }

  /** Takes one; of no trace it takes none. */
  void add(String event, Example example) {
    if (example.traceId().isEmpty() || maxOfEvent == 0) {
      return;
    }
    Deque<Example> known = byEvent.computeIfAbsent(event, e -> new ArrayDeque<>());
    if (known.size() == maxOfEvent) {
      known.removeLast();
    }
    known.addFirst(example);
  }

  /** Traces of those from a window on that are in a cell, the newest first. */
  List<String> traces(String event, Cells cells, int cell, long fromWindow, int limit) {
    return byEvent.getOrDefault(event, new ArrayDeque<>()).stream()
        .filter(example -> example.place().window() >= fromWindow)
        .filter(example -> cells.isIn(example.place().buckets(), cell))
        .map(Example::traceId)
        .distinct()
        .limit(limit)
        .toList();
  }

  /** Forgets some; gives their request ids. */
  Set<String> forget(Predicate<Example> which) {
    var forgotten = new HashSet<String>();
    for (Deque<Example> known : byEvent.values()) {
      known.stream().filter(which).map(Example::requestId).forEach(forgotten::add);
      known.removeIf(which);
    }
    return forgotten;
  }
}
