package dev.weir.monitor.privacy;

import java.util.HashSet;
import java.util.Set;

/**
 * What is to be forgotten. Immutable value.
 *
 * @param requestIds requests
 * @param units all requests of these: the hash of a sticky key, or the number of a draw; never 0
 * @param traceIds traces, 32 hexadecimal digits each
 */
public record Erasure(Set<String> requestIds, Set<Long> units, Set<String> traceIds) {
  public Erasure {
    requestIds = Set.copyOf(requestIds);
    units = Set.copyOf(units);
    traceIds = Set.copyOf(traceIds);
  }

  /** Whether it names nothing. */
  public boolean isEmpty() {
    return requestIds.isEmpty() && units.isEmpty() && traceIds.isEmpty();
  }

  /** The same, and what others name. */
  public Erasure with(Erasure more) {
    return new Erasure(
        joined(requestIds, more.requestIds),
        joined(units, more.units),
        joined(traceIds, more.traceIds));
  }

  private static <T> Set<T> joined(Set<T> one, Set<T> other) {
    var both = new HashSet<T>(one);
    both.addAll(other);
    return both;
  }
}
