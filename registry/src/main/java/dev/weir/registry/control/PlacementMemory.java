package dev.weir.registry.control;

import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.route.Routes;
import dev.weir.registry.state.RegistryState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which versions workers have to hold. What is no longer needed stays for a grace time, so that
 * requests that were sent by a router with an older snapshot still find it. Used under the
 * registry's lock.
 */
public final class PlacementMemory {
  private final Clock clock;
  private final Duration grace;
  private final Map<VersionId, Long> lastNeededNanos = new HashMap<>();

  /**
   * @param grace how long a version stays after nothing needs it any more
   */
  public PlacementMemory(Clock clock, Duration grace) {
    this.clock = clock;
    this.grace = grace;
  }

  /** Placements for this state, in order of version. */
  public List<Placement> placements(RegistryState state) {
    TreeMap<VersionId, String> wanted = needed(state);
    long now = clock.nanoTime();
    justFailed(state).forEach(lastNeededNanos::remove);
    wanted.keySet().forEach(id -> lastNeededNanos.put(id, now));
    lastNeededNanos.values().removeIf(nanos -> now - nanos > grace.toNanos());
    lastNeededNanos
        .keySet()
        .forEach(id -> wanted.putIfAbsent(id, "not needed any more, for requests in flight"));
    var placements = new ArrayList<Placement>();
    wanted.forEach((id, reason) ->
        placements.add(
            Placement.newBuilder()
                .setModel(id.model())
                .setVersion(id.version())
                .setReason(reason)
                .build()));
    return placements;
  }

  /**
   * Canaries that could not be loaded have no requests in flight. They go at once, so that the next
   * attempt is one.
   */
  private List<VersionId> justFailed(RegistryState state) {
    return state.rollouts().values().stream()
        .filter(rollout -> rollout.getState() == RolloutState.FAILED && endedLately(rollout))
        .map(rollout -> version(rollout, rollout.getSpec().getCanaryVersion()))
        .toList();
  }

  private boolean endedLately(Rollout rollout) {
    return clock.now().isBefore(ProtoTimes.instant(rollout.getEndedAt()).plus(grace));
  }

  private TreeMap<VersionId, String> needed(RegistryState state) {
    var needed = new TreeMap<VersionId, String>();
    for (Route route : state.routes().values()) {
      Routes.versions(route).forEach(needed::putIfAbsent);
    }
    var championed = new HashSet<String>();
    for (Rollout rollout : state.rollouts().descendingMap().values()) {
      VersionId canary = version(rollout, rollout.getSpec().getCanaryVersion());
      if (!RolloutMachine.isOver(rollout.getState())) {
        needed.putIfAbsent(canary, "canary of rollout " + rollout.getId());
        continue;
      }
      if (rollout.getState() == RolloutState.COMPLETED
          && championed.add(rollout.getSpec().getRoute())) {
        needed.putIfAbsent(
            version(rollout, rollout.getBaselineVersion()),
            "previous champion of route " + rollout.getSpec().getRoute());
      }
      // also true right after a restart, which remembers nothing of what was needed before
      if (rollout.getState() != RolloutState.FAILED && endedLately(rollout)) {
        needed.putIfAbsent(canary, "not needed any more, for requests in flight");
      }
    }
    return needed;
  }

  private static VersionId version(Rollout rollout, String version) {
    return VersionId.parse("model", rollout.getModel(), "version", version);
  }
}
