package dev.weir.registry.state;

import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.rollout.RolloutRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything durable that decisions are made from. Immutable.
 *
 * @param versions all versions, in order of model and number
 * @param aliases all aliases by {@link #aliasKey}
 * @param routes all routes by name
 * @param rollouts by id: those that are not over, the latest completed one of each route, and the
 *     newest {@code rolloutsKept} of the rest; older ones are in the store alone
 * @param rolloutsKept rollouts that are over and remembered, at least 0
 */
public record RegistryState(
    NavigableMap<VersionId, ModelVersion> versions,
    NavigableMap<String, Alias> aliases,
    NavigableMap<String, Route> routes,
    NavigableMap<String, Rollout> rollouts,
    int rolloutsKept) {

  /** Nothing yet. */
  public static RegistryState empty(int rolloutsKept) {
    return new RegistryState(
        Collections.emptyNavigableMap(),
        Collections.emptyNavigableMap(),
        Collections.emptyNavigableMap(),
        Collections.emptyNavigableMap(),
        rolloutsKept);
  }

  /** What was stored: the same as applying all records that led to it. */
  public static RegistryState of(
      List<ModelVersion> versions,
      List<Alias> aliases,
      List<Route> routes,
      List<Rollout> rollouts,
      int rolloutsKept) {
    var versionsById = new TreeMap<VersionId, ModelVersion>();
    versions.forEach(version -> versionsById.put(idOf(version), version));
    var aliasesByKey = new TreeMap<String, Alias>();
    aliases.forEach(alias -> aliasesByKey.put(aliasKey(alias.getModel(), alias.getAlias()), alias));
    var routesByName = new TreeMap<String, Route>();
    routes.forEach(route -> routesByName.put(route.getName(), route));
    var rolloutsById = new TreeMap<String, Rollout>();
    rollouts.forEach(rollout -> rolloutsById.put(rollout.getId(), rollout));
    return new RegistryState(
        Collections.unmodifiableNavigableMap(versionsById),
        Collections.unmodifiableNavigableMap(aliasesByKey),
        Collections.unmodifiableNavigableMap(routesByName),
        trimmed(Collections.unmodifiableNavigableMap(rolloutsById), rolloutsKept),
        rolloutsKept);
  }

  private static VersionId idOf(ModelVersion version) {
    return VersionId.parse("model", version.getModel(), "version", version.getVersion());
  }

  /** The key of an alias: model and alias name. */
  public static String aliasKey(String model, String alias) {
    return model + "/" + alias;
  }

  /** A version, when it is there. */
  public Optional<ModelVersion> version(VersionId id) {
    return Optional.ofNullable(versions.get(id));
  }

  /** The rollout of a route that is not over. */
  public Optional<Rollout> activeRollout(String route) {
    return activeRollouts().stream()
        .filter(rollout -> rollout.getSpec().getRoute().equals(route))
        .findFirst();
  }

  /** All rollouts that are not over, oldest first. */
  public List<Rollout> activeRollouts() {
    return rollouts.values().stream()
        .filter(rollout -> !RolloutMachine.isOver(rollout.getState()))
        .toList();
  }

  /** The state after a record. */
  public RegistryState apply(RegistryRecord record) {
    return switch (record) {
      case RegistryRecord.VersionPushed(var version) ->
          new RegistryState(
              with(versions, idOf(version), version), aliases, routes, rollouts, rolloutsKept);
      case RegistryRecord.AliasMoved(var alias) ->
          new RegistryState(
              versions,
              with(aliases, aliasKey(alias.getModel(), alias.getAlias()), alias),
              routes,
              rollouts,
              rolloutsKept);
      case RegistryRecord.RoutePut(var route, var why) ->
          new RegistryState(
              versions, aliases, with(routes, route.getName(), route), rollouts, rolloutsKept);
      case RegistryRecord.RolloutChanged(var id, var change) ->
          new RegistryState(
              versions,
              aliases,
              routes,
              trimmed(with(rollouts, id, changed(id, change)), rolloutsKept),
              rolloutsKept);
    };
  }

  private Rollout changed(String id, RolloutRecord change) {
    @Nullable Rollout before = rollouts.get(id);
    if (before == null && !(change instanceof RolloutRecord.Started)) {
      throw new IllegalStateException(change.action() + " of unknown rollout " + id);
    }
    return RolloutMachine.apply(before == null ? Rollout.getDefaultInstance() : before, change);
  }

  /** Forgets the oldest rollouts that are over, but not a route's latest champion. */
  private static NavigableMap<String, Rollout> trimmed(
      NavigableMap<String, Rollout> all, int rolloutsKept) {
    var forgettable = new ArrayList<String>();
    var championed = new HashSet<String>();
    for (Rollout rollout : all.descendingMap().values()) {
      boolean latestChampion =
          rollout.getState() == RolloutState.COMPLETED
              && championed.add(rollout.getSpec().getRoute());
      if (RolloutMachine.isOver(rollout.getState()) && !latestChampion) {
        forgettable.add(rollout.getId());
      }
    }
    if (forgettable.size() <= rolloutsKept) {
      return all;
    }
    var kept = new TreeMap<>(all);
    forgettable.subList(rolloutsKept, forgettable.size()).forEach(kept::remove);
    return Collections.unmodifiableNavigableMap(kept);
  }

  private static <K extends Comparable<K>, V> NavigableMap<K, V> with(
      NavigableMap<K, V> map, K key, V value) {
    var changed = new TreeMap<>(map);
    changed.put(key, value);
    return Collections.unmodifiableNavigableMap(changed);
  }
}
