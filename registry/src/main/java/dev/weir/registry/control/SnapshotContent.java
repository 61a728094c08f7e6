package dev.weir.registry.control;

import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.route.Diversions;
import dev.weir.registry.state.RegistryState;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Puts a snapshot together from durable and soft state. */
public final class SnapshotContent implements SnapshotSource {
  private final PlacementMemory placements;
  private final UnaryOperator<Rollout> softly;

  /**
   * @param softly adds to a rollout what is not durable of it
   */
  public SnapshotContent(PlacementMemory placements, UnaryOperator<Rollout> softly) {
    this.placements = placements;
    this.softly = softly;
  }

  @Override
  public Snapshot content(RegistryState state) {
    List<Placement> placed = placements.placements(state);
    var named = new TreeSet<VersionId>();
    placed.forEach(
        p -> named.add(VersionId.parse("model", p.getModel(), "version", p.getVersion())));
    List<ModelVersion> versions = named.stream().flatMap(id -> state.version(id).stream()).toList();
    return Snapshot.newBuilder()
        .addAllVersions(versions)
        .addAllRoutes(state.routes().values().stream().map(Diversions::published).toList())
        .addAllRollouts(state.rollouts().values().stream().map(softly).toList())
        .addAllPlacements(placed)
        .addAllAliases(state.aliases().values())
        .build();
  }
}
