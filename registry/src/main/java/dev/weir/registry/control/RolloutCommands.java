package dev.weir.registry.control;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.Decision;
import dev.weir.registry.rollout.RolloutEffect;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.rollout.RolloutRecord;
import dev.weir.registry.rollout.RolloutSpecs;
import dev.weir.registry.route.Routes;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decisions that operators ask for about rollouts. Pure. */
public final class RolloutCommands {
  private static final int MAX_REASON = 1_024;

  private RolloutCommands() {}

  /**
   * Starts a rollout.
   *
   * @param id its id, not used before
   */
  public static Decider start(RolloutSpec spec, String id, String actor) {
    return situation -> {
      RegistryState state = situation.state();
      VersionId canary;
      Route route;
      try {
        Names.model("spec.route", spec.getRoute());
        long number = VersionId.number("spec.canary_version", spec.getCanaryVersion());
        route = state.routes().get(spec.getRoute());
        if (route == null) {
          return Outcome.refused(RouteCommands.unknownRoute(state, spec.getRoute()));
        }
        Optional<Refusal> refusal = notReady(state, route);
        if (refusal.isPresent()) {
          return Outcome.refused(refusal.get());
        }
        Variant serving = Routes.serving(route).orElseThrow();
        canary = new VersionId(serving.getModel(), number);
        Optional<ModelVersion> version = state.version(canary);
        if (version.isEmpty()) {
          return Outcome.refused(ModelCommands.unknownVersion(state, canary));
        }
        Optional<Refusal> unfit =
            unfit(state, serving, version.get()).or(() -> mirrorsElsewhere(spec, route, canary));
        if (unfit.isPresent()) {
          return Outcome.refused(unfit.get());
        }
        RolloutSpec complete = RolloutSpecs.complete(spec, version.get().getSignature());
        return Outcome.done(List.of(started(complete, serving, id, actor, situation)));
      } catch (InvalidValueException e) {
        return Outcome.refused(Refusal.invalid(e));
      }
    };
  }

  private static Change started(
      RolloutSpec spec, Variant serving, String id, String actor, Decider.Situation situation) {
    var now = ProtoTimes.timestamp(situation.now());
    Rollout rollout =
        Rollout.newBuilder()
            .setId(id)
            .setSpec(spec)
            .setModel(serving.getModel())
            .setBaselineVersion(serving.getVersion())
            .setState(RolloutState.PREPARING)
            .setEnteredAt(now)
            .setReason("started by " + actor)
            .setCreatedAt(now)
            .setCreatedBy(actor)
            .setRevision(1)
            .build();
    String detail =
        "route "
            + spec.getRoute()
            + ": "
            + serving.getModel()
            + "/"
            + serving.getVersion()
            + " to "
            + serving.getModel()
            + "/"
            + spec.getCanaryVersion()
            + " in steps of "
            + spec.getStepsList().stream()
                .map(RolloutStep::getCanaryBasisPoints)
                .map(String::valueOf)
                .collect(Collectors.joining(", "))
            + " bp, alpha "
            + spec.getAlpha();
    return new Change(
        new RegistryRecord.RolloutChanged(id, new RolloutRecord.Started(rollout)), detail);
  }

  private static Optional<Refusal> notReady(RegistryState state, Route route) {
    Optional<Rollout> active = state.activeRollout(route.getName());
    if (active.isPresent()) {
      return Optional.of(
          Refusal.notNow(
              "route "
                  + route.getName()
                  + " has rollout "
                  + active.get().getId()
                  + " ("
                  + active.get().getState()
                  + "); abort it or wait until it is over"));
    }
    Optional<Refusal> diverted = DiversionCommands.refusal(state, route.getName());
    if (diverted.isPresent()) {
      return diverted;
    }
    Optional<Variant> serving = Routes.serving(route);
    if (serving.isEmpty()) {
      return Optional.of(
          Refusal.notNow(
              "route "
                  + route.getName()
                  + " shares its traffic between variants; put the route with one variant of"
                  + " 10000 basis points first"));
    }
    return route.getVariantsList().stream()
        .map(Variant::getName)
        .filter(name -> !name.equals(serving.get().getName()))
        .filter(name -> name.equals(RolloutEffect.BASELINE) || name.equals(RolloutEffect.CANARY))
        .findFirst()
        .map(name ->
            Refusal.notNow(
                "route "
                    + route.getName()
                    + " has a variant "
                    + name
                    + " without traffic; rollouts need that name, put the route with another"));
  }

  private static Optional<Refusal> unfit(
      RegistryState state, Variant serving, ModelVersion canary) {
    VersionId baseline =
        VersionId.parse("model", serving.getModel(), "version", serving.getVersion());
    if (canary.getVersion().equals(serving.getVersion())) {
      return Optional.of(
          Refusal.notNow("version " + baseline + " has all traffic already; nothing to roll out"));
    }
    return state.version(baseline).flatMap(version -> ModelCommands.incompatible(version, canary));
  }

  /** A guardrail that counts copies needs them to go to the canary. */
  private static Optional<Refusal> mirrorsElsewhere(
      RolloutSpec spec, Route route, VersionId canary) {
    Mirror mirror = route.getMirror();
    boolean elsewhere =
        route.hasMirror()
            && !(mirror.getModel().equals(canary.model())
                && mirror.getVersion().equals(canary.version()));
    return elsewhere && spec.getGuardrailsList().stream().anyMatch(Guardrail::hasShadowAgreement)
        ? Optional.of(
            Refusal.notNow(
                "route "
                    + route.getName()
                    + " mirrors to "
                    + mirror.getModel()
                    + "/"
                    + mirror.getVersion()
                    + ", a shadow_agreement guardrail needs the copies for "
                    + canary
                    + "; put the route without its mirror"))
        : Optional.empty();
  }

  /** Steers a rollout. */
  public static Decider steer(
      String id, RolloutEvent.Command command, String actor, String reason) {
    return situation -> {
      try {
        Names.text("reason", reason, MAX_REASON);
      } catch (InvalidValueException e) {
        return Outcome.refused(Refusal.invalid(e));
      }
      Rollout rollout = situation.state().rollouts().get(id);
      if (rollout == null) {
        return Outcome.refused(
            Refusal.notFound("rollout " + id + " does not exist, or is over long since"));
      }
      if (command == RolloutEvent.Command.RESUME || command == RolloutEvent.Command.PROMOTE) {
        Optional<Refusal> diverted =
            DiversionCommands.refusal(situation.state(), rollout.getSpec().getRoute());
        if (diverted.isPresent() && !RolloutMachine.isOver(rollout.getState())) {
          return Outcome.refused(diverted.get());
        }
      }
      var steered = new RolloutEvent.Steered(command, actor, reason);
      return switch (RolloutMachine.decide(rollout, steered, situation.now())) {
        case Decision.Change(var record) ->
            Outcome.done(
                List.of(
                    new Change(new RegistryRecord.RolloutChanged(id, record), record.reason())));
        case Decision.Wait w -> Outcome.done(List.of());
        case Decision.Refused(var refusal) -> Outcome.refused(refusal);
      };
    };
  }
}
