package dev.weir.registry.control;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Diversion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.Decision;
import dev.weir.registry.rollout.FleetView;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.rollout.RolloutRecord;
import dev.weir.registry.route.Diversions;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decisions about sending all of a route's requests to its fallback, and what that means for its
 * rollout: one with traffic is paused in the same transaction, and none takes a step while the
 * route is diverted. Pure.
 */
public final class DiversionCommands {
  private static final int MAX_REASON = 1_024;

  private DiversionCommands() {}

  /**
   * Diverts a route; changes nothing when it is diverted already.
   *
   * @param fleet who could answer
   */
  public static Decider divert(String name, String reason, String actor, FleetView fleet) {
    return situation -> {
      switch (route(situation.state(), name, reason)) {
        case Outcome.Refused<Route>(var refusal) -> {
          return Outcome.refused(refusal);
        }
        case Outcome.Done<Route>(var route) -> {
          return divert(route, reason, actor, fleet, situation);
        }
      }
    };
  }

  private static Outcome<List<Change>> divert(
      Route route, String reason, String actor, FleetView fleet, Decider.Situation situation) {
    String name = route.getName();
    if (route.hasDiversion()) {
      return Outcome.done(List.of());
    }
    Optional<Variant> target = Diversions.target(route);
    if (target.isEmpty()) {
      return Outcome.refused(
          Refusal.notNow(
              "route "
                  + name
                  + " has no fallback variant that could take all requests; put the route with a"
                  + " rung that names a variant (route.fallback.rungs), with less than all of the"
                  + " traffic and outside the rollout"));
    }
    VersionId version =
        VersionId.parse("model", target.get().getModel(), "version", target.get().getVersion());
    if (!fleet.anyReadyHas(version)) {
      return Outcome.refused(
          Refusal.notNow(
              "route "
                  + name
                  + " cannot be diverted to variant "
                  + target.get().getName()
                  + ": "
                  + fleet.missing(version)));
    }
    var changes = new ArrayList<Change>();
    situation
        .state()
        .activeRollout(name)
        .filter(rollout -> rollout.getState() == RolloutState.PROGRESSING)
        .ifPresent(rollout -> changes.add(pause(rollout, target.get(), actor, situation)));
    changes.add(diverted(route, target.get(), reason, actor, situation));
    return Outcome.done(changes);
  }

  private static Outcome<Route> route(RegistryState state, String name, String reason) {
    try {
      Names.model("route", name);
      Names.text("reason", reason, MAX_REASON);
    } catch (InvalidValueException e) {
      return Outcome.refused(Refusal.invalid(e));
    }
    Route route = state.routes().get(name);
    return route == null
        ? Outcome.refused(RouteCommands.unknownRoute(state, name))
        : Outcome.done(route);
  }

  private static Change pause(
      Rollout rollout, Variant target, String actor, Decider.Situation situation) {
    var event =
        new RolloutEvent.Steered(
            RolloutEvent.Command.PAUSE, actor, "its route is diverted to " + target.getName());
    if (RolloutMachine.decide(rollout, event, situation.now())
        instanceof Decision.Change(var record)) {
      return new Change(
          new RegistryRecord.RolloutChanged(rollout.getId(), record), record.reason());
    }
    throw new IllegalStateException("a rollout that cannot be paused: " + rollout);
  }

  private static Change diverted(
      Route route, Variant target, String reason, String actor, Decider.Situation situation) {
    Route after =
        Diversions.diverted(
            route,
            Diversion.newBuilder()
                .setVariant(target.getName())
                .setSince(ProtoTimes.timestamp(situation.now()))
                .setBy(actor)
                .setReason(reason)
                .build());
    return new Change(
        new RegistryRecord.RoutePut(after, RegistryRecord.RouteChange.DIVERTED),
        "generation "
            + after.getGeneration()
            + ": all requests to "
            + target.getName()
            + " "
            + target.getModel()
            + "/"
            + target.getVersion()
            + because(reason));
  }

  private static String because(String reason) {
    return reason.isEmpty() ? "" : ": " + reason;
  }

  /** Ends a diversion; changes nothing when there is none. */
  public static Decider restore(String name, String reason) {
    return situation -> {
      switch (route(situation.state(), name, reason)) {
        case Outcome.Refused<Route>(var refusal) -> {
          return Outcome.refused(refusal);
        }
        case Outcome.Done<Route>(var route) -> {
          return Outcome.done(route.hasDiversion() ? List.of(restored(route, reason)) : List.of());
        }
      }
    };
  }

  private static Change restored(Route route, String reason) {
    Route after = Diversions.restored(route);
    return new Change(
        new RegistryRecord.RoutePut(after, RegistryRecord.RouteChange.RESTORED),
        "generation "
            + after.getGeneration()
            + ": no more to "
            + route.getDiversion().getVariant()
            + because(reason));
  }

  /** Why nothing else may be done with a route now; empty: it is not diverted. */
  static Optional<Refusal> refusal(RegistryState state, String name) {
    return Optional.ofNullable(state.routes().get(name))
        .filter(Route::hasDiversion)
        .map(route ->
            Refusal.notNow(
                "route "
                    + name
                    + " is diverted to "
                    + route.getDiversion().getVariant()
                    + " by "
                    + route.getDiversion().getBy()
                    + "; restore it first"));
  }

  /** The decision, or a wait when it would give a canary traffic of a diverted route. */
  static Decision held(RegistryState state, Rollout rollout, Decision decision) {
    Route route = state.routes().get(rollout.getSpec().getRoute());
    boolean forward =
        decision instanceof Decision.Change(var record)
            && (record instanceof RolloutRecord.StepEntered
                || record instanceof RolloutRecord.Completed);
    return forward && route != null && route.hasDiversion()
        ? new Decision.Wait(
            "the route, which is diverted to " + route.getDiversion().getVariant() + ": restore it")
        : decision;
  }
}
