package dev.weir.monitor.scale;

import dev.weir.proto.route.v1.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;

/**
 * Which partitions, and so which routes, a monitor owns: partition p is owned by share p mod count.
 * A route's partition is that of Kafka's own partitioner for the route's name as key.
 *
 * @param share this monitor's
 * @param partitions of each topic, at least 1
 */
public record Ownership(Share share, int partitions) {
  /** The partition of a route. */
  public int partitionOf(String route) {
    return Utils.toPositive(Utils.murmur2(route.getBytes(StandardCharsets.UTF_8))) % partitions;
  }

  /** Whether a partition is owned. */
  public boolean owns(int partition) {
    return partition < partitions && partition % share.count() == share.index();
  }

  /** Whether a route is owned. */
  public boolean ownsRoute(String route) {
    return owns(partitionOf(route));
  }

  /** The partitions that are owned, in order. */
  public List<Integer> owned() {
    return IntStream.range(0, partitions).filter(this::owns).boxed().toList();
  }

  /** The snapshot with only the rollouts of owned routes. */
  public Snapshot own(Snapshot snapshot) {
    Snapshot.Builder own = snapshot.toBuilder().clearRollouts();
    snapshot.getRolloutsList().stream()
        .filter(rollout -> ownsRoute(rollout.getSpec().getRoute()))
        .forEach(own::addRollouts);
    return own.build();
  }
}
