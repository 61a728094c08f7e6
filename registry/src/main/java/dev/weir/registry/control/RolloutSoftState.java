package dev.weir.registry.control;

import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.registry.rollout.RolloutMachine;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of rollouts that need not survive a restart. Thread-safe. */
public final class RolloutSoftState {
  private final VerdictBook verdicts;
  private final Map<String, String> waitingFor = new ConcurrentHashMap<>();

  /**
   * @param verdictFreshness age up to which a verdict can be acted on
   */
  public RolloutSoftState(Clock clock, Duration verdictFreshness) {
    this.verdicts = new VerdictBook(clock, verdictFreshness);
  }

  void put(Verdict verdict) {
    verdicts.put(verdict);
  }

  Optional<Verdict> freshVerdict(String rolloutId) {
    return verdicts.fresh(rolloutId);
  }

  void waitingFor(String rolloutId, String what) {
    waitingFor.put(rolloutId, what);
  }

  void retain(Set<String> rolloutIds) {
    verdicts.retain(rolloutIds);
    waitingFor.keySet().retainAll(rolloutIds);
  }

  /** A rollout with what it waits for and the newest evidence; as it is when it is over. */
  public Rollout view(Rollout rollout) {
    if (RolloutMachine.isOver(rollout.getState())) {
      return rollout;
    }
    Rollout.Builder view =
        rollout.toBuilder().setWaitingFor(waitingFor.getOrDefault(rollout.getId(), ""));
    verdicts.newest(rollout.getId()).ifPresent(view::setVerdict);
    return view.build();
  }

  /** The same for snapshots: evidence alone, which changes all the time, is no news. */
  public Rollout viewForSnapshot(Rollout rollout) {
    return RolloutMachine.isOver(rollout.getState())
        ? rollout
        : rollout.toBuilder().setWaitingFor(waitingFor.getOrDefault(rollout.getId(), "")).build();
  }
}
