package dev.weir.monitor.why;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Snapshot;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest changes of what is deployed and configured, as the registry's snapshots show them.
 * Begins with the first snapshot, of which only the rollouts say since when they are as they are.
 * In memory and bounded; what had to make room is counted. Thread-safe.
 */
public final class DeploymentLog {
  private static final Comparator<Deployment> NEWEST_FIRST =
      Comparator.comparing(Deployment::at).reversed();

  private final int maxDeployments;
  private final Clock clock;

  @GuardedBy("this")
  private @Nullable Snapshot newest;

  @GuardedBy("this")
  private final Deque<Deployment> deployments = new ArrayDeque<>();

  @GuardedBy("this")
  private Instant since;

  @GuardedBy("this")
  private long forgotten;

  /** Empty. */
  public DeploymentLog(WhyConfig config, Clock clock) {
    this.maxDeployments = config.maxDeployments();
    this.clock = clock;
    this.since = clock.now();
  }

  /** Takes a newer snapshot. */
  public synchronized void follow(Snapshot snapshot) {
    Instant now = clock.now();
    Snapshot before = newest;
    newest = snapshot;
    if (before == null) {
      since = now;
      for (Rollout rollout : snapshot.getRolloutsList()) {
        if (rollout.hasEnteredAt()) {
          add(SnapshotChanges.entered(rollout, now));
        }
      }
    } else {
      for (Deployment deployment : SnapshotChanges.between(before, snapshot, now)) {
        add(deployment);
      }
    }
  }

  @GuardedBy("this")
  private void add(Deployment deployment) {
    deployments.addLast(deployment);
    if (deployments.size() > maxDeployments) {
      Deployment first = deployments.removeFirst();
      since = first.at().isAfter(since) ? first.at() : since;
      forgotten++;
    }
  }

  /**
   * What is known.
   *
   * @param since from when on all changes are known
   * @param forgotten changes that had to make room
   * @param deployments those asked for, newest first
   */
  record Known(Instant since, long forgotten, List<Deployment> deployments) {}

  /**
   * Changes that can have to do with a version of a model on a route.
   *
   * @param model model; empty: whichever
   * @param from the earliest asked for
   * @param limit how many at most, the newest
   */
  synchronized Known about(String route, String model, Instant from, int limit) {
    return new Known(
        since,
        forgotten,
        deployments.stream()
            .filter(deployment -> deployment.concerns(route, model))
            .filter(deployment -> !deployment.at().isBefore(from))
            .sorted(NEWEST_FIRST)
            .limit(limit)
            .toList());
  }
}
