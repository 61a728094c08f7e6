package dev.weir.registry.control;

import dev.weir.proto.route.v1.Snapshot;
import dev.weir.registry.state.RegistryState;

/** Makes a snapshot's content. Called under the registry's lock, by one thread at a time. */
@FunctionalInterface
public interface SnapshotSource {
  /** The content for this state and the soft state of the moment; no revision, no time. */
  Snapshot content(RegistryState state);
}
