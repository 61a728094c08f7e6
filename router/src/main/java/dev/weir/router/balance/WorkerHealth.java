package dev.weir.router.balance;

import dev.weir.router.policy.VersionId;
import java.util.Set;

/** What the router believes of a worker, with the reason. */
public sealed interface WorkerHealth {
  /**
   * It says that it takes work.
   *
   * @param available versions that it has loaded and warm
   */
  record Ready(Set<VersionId> available) implements WorkerHealth {
    public Ready {
      available = Set.copyOf(available);
    }
  }

  /** It says that it takes no new work. */
  record NotTakingWork(String reason) implements WorkerHealth {}

  /**
   * It does not say anything: unknown, lost or silent.
   *
   * @param lastAvailable versions that a merely silent one had: it is tried when nobody else has
   *     them
   */
  record Suspect(String reason, Set<VersionId> lastAvailable) implements WorkerHealth {
    public Suspect {
      lastAvailable = Set.copyOf(lastAvailable);
    }
  }
}
