package dev.weir.registry.control;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.route.RouteChecks;
import dev.weir.registry.route.Routes;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decisions about routes. Pure. */
public final class RouteCommands {
  private RouteCommands() {}

  /**
   * Creates a route, or replaces what an operator owns of it.
   *
   * @param maxRoutes routes in all
   */
  public static Decider put(Route wanted, int maxRoutes) {
    return situation -> {
      try {
        RouteChecks.check(wanted);
      } catch (InvalidValueException e) {
        return Outcome.refused(Refusal.invalid(e));
      }
      RegistryState state = situation.state();
      Optional<Refusal> refusal =
          owned(state, wanted)
              .or(() -> DiversionCommands.refusal(state, wanted.getName()))
              .or(() -> versions(state, wanted))
              .or(() -> tooMany(state, wanted, maxRoutes));
      if (refusal.isPresent()) {
        return Outcome.refused(refusal.get());
      }
      Route before = state.routes().get(wanted.getName());
      Route after = Routes.next(before, operators(wanted));
      boolean same =
          before != null
              && before.equals(after.toBuilder().setGeneration(before.getGeneration()).build());
      return Outcome.done(
          same
              ? List.of()
              : List.of(new Change(new RegistryRecord.RoutePut(after), describe(after))));
    };
  }

  /** What an operator owns of a route. */
  private static Route operators(Route wanted) {
    Route.Builder own = wanted.toBuilder().clearRolloutId().clearRolloutStep().clearDiversion();
    if (own.hasMirror()) {
      own.getMirrorBuilder().clearRolloutId();
    }
    return own.build();
  }

  static Refusal unknownRoute(RegistryState state, String name) {
    List<String> known = state.routes().keySet().stream().limit(10).toList();
    return Refusal.notFound(
        "route "
            + name
            + " does not exist; "
            + (known.isEmpty() ? "there are no routes" : "routes: " + String.join(", ", known)));
  }

  private static Optional<Refusal> owned(RegistryState state, Route wanted) {
    return state
        .activeRollout(wanted.getName())
        .map(rollout ->
            Refusal.notNow(
                "route "
                    + wanted.getName()
                    + " is owned by rollout "
                    + rollout.getId()
                    + " ("
                    + rollout.getState()
                    + "); abort it or wait until it is over"));
  }

  private static Optional<Refusal> versions(RegistryState state, Route wanted) {
    ModelVersion first = null;
    for (VersionId id : Routes.versions(wanted).keySet()) {
      Optional<ModelVersion> version = state.version(id);
      if (version.isEmpty()) {
        return Optional.of(ModelCommands.unknownVersion(state, id));
      }
      if (first == null) {
        first = version.get();
      }
      Optional<Refusal> incompatible = ModelCommands.incompatible(first, version.get());
      if (incompatible.isPresent()) {
        return incompatible;
      }
    }
    return Optional.empty();
  }

  private static Optional<Refusal> tooMany(RegistryState state, Route wanted, int maxRoutes) {
    boolean isNew = !state.routes().containsKey(wanted.getName());
    return isNew && state.routes().size() >= maxRoutes
        ? Optional.of(
            Refusal.exhausted(
                "route "
                    + wanted.getName()
                    + ": there are "
                    + maxRoutes
                    + " routes, the registry's limits.max-routes; raise it"))
        : Optional.empty();
  }

  private static String describe(Route route) {
    return "generation "
        + route.getGeneration()
        + ": "
        + route.getVariantsList().stream()
            .map(v ->
                v.getName()
                    + " "
                    + v.getModel()
                    + "/"
                    + v.getVersion()
                    + " "
                    + v.getWeightBasisPoints()
                    + " bp")
            .collect(Collectors.joining(", "))
        + policy(route);
  }

  /** The parts beyond the split, for the audit log. */
  private static String policy(Route route) {
    var parts = new ArrayList<String>();
    if (route.hasAccess()) {
      parts.add("callers " + route.getAccess().getMayCallCount());
    }
    int rules = route.getMatchesCount() + route.getRulesCount();
    if (rules > 0) {
      parts.add("rules " + rules);
    }
    route.getLayersList().stream()
        .flatMap(layer -> layer.getExperimentsList().stream())
        .forEach(
            e -> parts.add("experiment " + e.getName() + " " + e.getShareBasisPoints() + " bp"));
    if (route.hasMirror()) {
      Mirror mirror = route.getMirror();
      parts.add(
          "mirror to "
              + mirror.getModel()
              + "/"
              + mirror.getVersion()
              + " "
              + mirror.getShareBasisPoints()
              + " bp");
    }
    if (route.hasFallback()) {
      parts.add("fallback rungs " + route.getFallback().getRungsCount());
    }
    if (route.hasLimits()) {
      parts.add("limits");
    }
    if (route.hasRetry()) {
      parts.add("retry policy");
    }
    return parts.isEmpty() ? "" : "; " + String.join(", ", parts);
  }
}
