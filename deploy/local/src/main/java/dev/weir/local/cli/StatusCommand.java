package dev.weir.local.cli;

import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir status}: what is live, and why. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows routes, aliases, rollouts with their evidence, and what workers hold.")
public final class StatusCommand implements Callable<Integer> {
  @Mixin private RegistryOptions registry = new RegistryOptions();

  @Override
  public Integer call() throws Exception {
    try (RegistryClient client = registry.connect()) {
      System.out.print(describe(client.snapshot()));
    }
    return 0;
  }

  static String describe(Snapshot snapshot) {
    var text = new StringBuilder();
    text.append("revision ").append(snapshot.getRevision()).append('\n');
    for (Route route : snapshot.getRoutesList()) {
      text.append("route    ")
          .append(route.getName())
          .append(": ")
          .append(
              route.getVariantsList().stream()
                  .map(variant ->
                      String.format(
                          Locale.ROOT,
                          "%s = %s/%s %.2f %%",
                          variant.getName(),
                          variant.getModel(),
                          variant.getVersion(),
                          variant.getWeightBasisPoints() / 100.0))
                  .collect(Collectors.joining(", ")))
          .append(" (generation ")
          .append(route.getGeneration())
          .append(")\n");
      if (route.hasDiversion()) {
        text.append("         ").append(RouteWords.diversion(route));
      }
    }
    snapshot
        .getAliasesList()
        .forEach(alias ->
            text.append("alias    ")
                .append(alias.getModel())
                .append(' ')
                .append(alias.getAlias())
                .append(" = ")
                .append(alias.getVersion())
                .append('\n'));
    snapshot
        .getPlacementsList()
        .forEach(placement ->
            text.append("held     ")
                .append(placement.getModel())
                .append('/')
                .append(placement.getVersion())
                .append(": ")
                .append(placement.getReason())
                .append('\n'));
    snapshot.getRolloutsList().forEach(rollout -> text.append(describe(rollout)));
    return text.toString();
  }

  static String describe(Rollout rollout) {
    var text = new StringBuilder();
    int step = rollout.getStep();
    int steps = rollout.getSpec().getStepsCount();
    text.append(
        String.format(
            Locale.ROOT,
            "rollout  %s: %s, route %s, version %s after %s, step %d of %d%s%n",
            rollout.getId(),
            rollout.getState(),
            rollout.getSpec().getRoute(),
            rollout.getSpec().getCanaryVersion(),
            rollout.getBaselineVersion(),
            step + 1,
            steps,
            step < steps
                ? String.format(
                    Locale.ROOT,
                    " (%.2f %%)",
                    rollout.getSpec().getSteps(step).getCanaryBasisPoints() / 100.0)
                : ""));
    if (!rollout.getReason().isEmpty()) {
      text.append("         why: ").append(rollout.getReason()).append('\n');
    }
    if (!rollout.getWaitingFor().isEmpty()) {
      text.append("         waiting for: ").append(rollout.getWaitingFor()).append('\n');
    }
    for (GuardrailEvidence evidence : rollout.getVerdict().getGuardrailsList()) {
      text.append(
          String.format(
              Locale.ROOT,
              "         %-16s %-9s evidence e^%.1f of e^%.1f; %s%n",
              evidence.getGuardrail(),
              evidence.getState(),
              evidence.getLogE(),
              evidence.getLogThreshold(),
              evidence.getStatistic()));
    }
    return text.toString();
  }
}
