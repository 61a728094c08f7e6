package dev.weir.registry.control;

import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Verdict;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest verdict about each rollout, and when it came. Soft: a restart begins with none, so
 * that no old one can be a licence to go on. Thread-safe.
 */
final class VerdictBook {
  private final Map<String, Received> newest = new ConcurrentHashMap<>();
  private final Clock clock;
  private final Duration freshness;

  private record Received(Verdict verdict, long nanos) {}

  /**
   * @param freshness age up to which a verdict can be acted on
   */
  VerdictBook(Clock clock, Duration freshness) {
    this.clock = clock;
    this.freshness = freshness;
  }

  void put(Verdict verdict) {
    newest.put(verdict.getRolloutId(), new Received(verdict, clock.nanoTime()));
  }

  /** The newest verdict, when it can be acted on. */
  Optional<Verdict> fresh(String rolloutId) {
    return Optional.ofNullable(newest.get(rolloutId))
        .filter(received -> clock.nanoTime() - received.nanos() <= freshness.toNanos())
        .map(Received::verdict);
  }

  /** The newest verdict, however old. */
  Optional<Verdict> newest(String rolloutId) {
    return Optional.ofNullable(newest.get(rolloutId)).map(Received::verdict);
  }

  /** Forgets all but these rollouts. */
  void retain(Set<String> rolloutIds) {
    newest.keySet().retainAll(rolloutIds);
  }
}
