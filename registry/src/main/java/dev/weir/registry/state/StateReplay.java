package dev.weir.registry.state;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.rollout.RolloutMachine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rebuilds the state from the audit log, one entry after the other. Single-threaded. */
public final class StateReplay {
  private final Map<String, ModelVersion> versions = new HashMap<>();
  private final Map<String, Alias> aliases = new HashMap<>();
  private final Map<String, Route> routes = new HashMap<>();
  private final Map<String, Rollout> rollouts = new HashMap<>();

  /**
   * Takes the next entry.
   *
   * @throws IllegalStateException when it cannot follow those before
   */
  public void take(AuditRecord entry) {
    try {
      switch (RegistryRecord.fromBytes(entry.action(), entry.record())) {
        case RegistryRecord.VersionPushed(var version) ->
            versions.put(version.getModel() + "/" + version.getVersion(), version);
        case RegistryRecord.AliasMoved(var alias) ->
            aliases.put(RegistryState.aliasKey(alias.getModel(), alias.getAlias()), alias);
        case RegistryRecord.RoutePut(var route, var why) -> routes.put(route.getName(), route);
        case RegistryRecord.RolloutChanged(var id, var record) ->
            rollouts.put(
                id,
                RolloutMachine.apply(
                    rollouts.getOrDefault(id, Rollout.getDefaultInstance()), record));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("entry " + entry.sequence() + " cannot be read", e);
    }
  }

  /** The state after all entries taken. */
  public RegistryState state(int rolloutsKept) {
    return RegistryState.of(
        List.copyOf(versions.values()),
        List.copyOf(aliases.values()),
        List.copyOf(routes.values()),
        List.copyOf(rollouts.values()),
        rolloutsKept);
  }
}
