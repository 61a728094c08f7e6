package dev.weir.worker.placement;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.worker.engine.VersionKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a snapshot wants workers to hold. */
final class DesiredVersions {
  private DesiredVersions() {}

  /**
   * The placed versions with what is known of each, in the snapshot's order.
   *
   * @throws InvalidValueException when a placement names a version that the snapshot does not
   *     describe, or a name is not one
   */
  static Map<PlacedVersion, ModelVersion> of(Snapshot snapshot) {
    var known = new HashMap<VersionKey, ModelVersion>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      known.put(new VersionKey(version.getModel(), version.getVersion()), version);
    }
    var desired = new LinkedHashMap<PlacedVersion, ModelVersion>();
    for (Placement placement : snapshot.getPlacementsList()) {
      var key = new VersionKey(placement.getModel(), placement.getVersion());
      ModelVersion version = known.get(key);
      if (version == null) {
        throw new InvalidValueException("placement", key, "a version that the snapshot describes");
      }
      desired.put(new PlacedVersion(key, version.getArtifact().getSha256()), version);
    }
    return desired;
  }
}
