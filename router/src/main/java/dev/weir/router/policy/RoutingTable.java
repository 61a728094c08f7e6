package dev.weir.router.policy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All routes of one snapshot, ready to decide. Immutable, replaced whole. Finding a route is one
 * look into a hash table, however many there are.
 */
public final class RoutingTable {
  private final long revision;
  private final Map<String, CompiledRoute> routes;
  private final List<CompiledRoute> inOrder;
  private final Map<VersionId, ModelVersion> versions;

  private RoutingTable(
      long revision, Map<String, CompiledRoute> routes, Map<VersionId, ModelVersion> versions) {
    this.revision = revision;
    this.routes = routes;
    this.inOrder =
        routes.values().stream().sorted(Comparator.comparing(CompiledRoute::name)).toList();
    this.versions = versions;
  }

  /**
   * Compiles a snapshot. It is taken whole or not at all.
   *
   * @throws InvalidValueException when a route cannot be obeyed as it is written
   */
  public static RoutingTable compile(Snapshot snapshot) {
    var versions = new LinkedHashMap<VersionId, ModelVersion>();
    for (ModelVersion version : snapshot.getVersionsList()) {
      versions.put(new VersionId(version.getModel(), version.getVersion()), version);
    }
    var byModel = new HashMap<String, List<VersionId>>();
    versions
        .keySet()
        .forEach(id -> byModel.computeIfAbsent(id.model(), m -> new ArrayList<>()).add(id));
    var routes = new HashMap<String, CompiledRoute>();
    for (Route route : snapshot.getRoutesList()) {
      CompiledRoute compiled =
          new RouteCompiler(route, model -> byModel.getOrDefault(model, List.of())).compile();
      if (routes.put(compiled.name(), compiled) != null) {
        throw new InvalidValueException("route", route.getName(), "named once in a snapshot");
      }
    }
    return new RoutingTable(snapshot.getRevision(), routes, Collections.unmodifiableMap(versions));
  }

  /** Decides for one request; {@code random} belongs to the calling thread. */
  public Decision decide(RequestFacts request, RandomGenerator random) {
    CompiledRoute route = routes.get(request.model());
    return route == null
        ? TritonTexts.unknownModel(request.model())
        : route.decide(request, random);
  }

  /** The route of a client-visible model name; null: none. */
  public @Nullable CompiledRoute route(String model) {
    return routes.get(model);
  }

  /** Names of all routes. */
  public Set<String> names() {
    return Collections.unmodifiableSet(routes.keySet());
  }

  /** All routes, in order of name. */
  public Collection<CompiledRoute> routes() {
    return inOrder;
  }

  /** What the registry knows of a version; null: nothing. */
  public @Nullable ModelVersion version(VersionId id) {
    return versions.get(id);
  }

  /** Revision of the snapshot. */
  public long revision() {
    return revision;
  }
}
