package dev.weir.monitor.alert;

import dev.weir.proto.registry.v1.SteerRolloutRequest.Command;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an alert that begins to fire does to its route, from its severity and what the registry says
 * now. Pure.
 *
 * <p>An alert about a rollout or about its canary steers the rollout at most: that takes the
 * traffic off the canary, and what serves beside it is sound. Any other can send the route to its
 * fallback too; its rollout is steered first. A route that is diverted is left alone.
 */
final class ActionPlan {
  private ActionPlan() {}

  /** One thing to do. */
  sealed interface Step {
    /** Pauses or ends a rollout. */
    record Steer(String rollout, Command command) implements Step {}

    /** Sends all of a route's requests to its fallback. */
    record Divert(String route) implements Step {}
  }

  /** In the order in which it has to be done. */
  static List<Step> of(Finding finding, AlertConfig config, Snapshot snapshot) {
    String name = finding.labels().getOrDefault("route", "");
    Optional<Route> route =
        snapshot.getRoutesList().stream().filter(each -> each.getName().equals(name)).findFirst();
    Optional<Rollout> rollout = rollout(snapshot, name);
    var steps = new ArrayList<Step>();
    rollout.ifPresent(each ->
        command(finding.severity(), config, each)
            .ifPresent(command -> steps.add(new Step.Steer(each.getId(), command))));
    if (AlertConfig.isDue(config.fallbackAt(), finding.severity())
        && route.isPresent()
        && !route.get().hasDiversion()
        && !isAboutRollout(finding.labels(), rollout)) {
      steps.add(new Step.Divert(name));
    }
    return List.copyOf(steps);
  }

  private static Optional<Rollout> rollout(Snapshot snapshot, String route) {
    return snapshot.getRolloutsList().stream()
        .filter(rollout -> rollout.getSpec().getRoute().equals(route))
        .filter(rollout ->
            rollout.getState() == RolloutState.PROGRESSING
                || rollout.getState() == RolloutState.PREPARING)
        .findFirst();
  }

  private static boolean isAboutRollout(Map<String, String> labels, Optional<Rollout> rollout) {
    return labels.containsKey("rollout")
        || rollout
            .filter(each -> each.getModel().equals(labels.get("model")))
            .filter(each -> each.getSpec().getCanaryVersion().equals(labels.get("version")))
            .isPresent();
  }

  private static Optional<Command> command(Severity severity, AlertConfig config, Rollout rollout) {
    if (AlertConfig.isDue(config.abortRolloutAt(), severity)) {
      return Optional.of(Command.ABORT);
    }
    // one that is preparing has no traffic that could be kept where it is
    return AlertConfig.isDue(config.pauseRolloutAt(), severity)
            && rollout.getState() == RolloutState.PROGRESSING
        ? Optional.of(Command.PAUSE)
        : Optional.empty();
  }
}
