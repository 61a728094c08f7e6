package dev.weir.local.cli;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.GetRolloutRequest;
import dev.weir.proto.registry.v1.StartRolloutRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutStep;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir rollout}: brings a version in step by step, and steers it. */
@Command(
    name = "rollout",
    mixinStandardHelpOptions = true,
    description = "Starts, shows and steers rollouts.")
public final class RolloutCommand {
  private static final Pattern STEP = Pattern.compile("(\\d+):(\\d+)s:(\\d+)");

  @Command(name = "start", mixinStandardHelpOptions = true, description = "Starts a rollout.")
  int start(
      @Mixin RegistryOptions registry,
      @Option(names = "--route", required = true, description = "Route to change.") String route,
      @Option(names = "--version-number", required = true, description = "Version to bring in.")
          String version,
      @Option(
              names = "--step",
              description =
                  "Basis points:shortest stay:canary units, e.g. 500:60s:200; repeat, the last has 10000 (default: the registry's).")
          @Nullable List<String> steps,
      @Option(
              names = "--spec",
              description = "The rest of the specification, JSON of weir.route.v1.RolloutSpec.")
          @Nullable Path spec)
      throws Exception {
    var request = RolloutSpec.newBuilder();
    if (spec != null) {
      JsonFile.read("--spec", spec, "weir.route.v1.RolloutSpec", request);
    }
    request.setRoute(route).setCanaryVersion(version);
    if (steps != null) {
      steps.forEach(step -> request.addSteps(parseStep(step)));
    }
    try (RegistryClient client = registry.connect()) {
      print(
          client
              .rollouts()
              .startRollout(StartRolloutRequest.newBuilder().setSpec(request).build())
              .getRollout());
    }
    return 0;
  }

  private static RolloutStep parseStep(String text) {
    Matcher matcher = STEP.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidValueException(
          "--step", text, "basis points:seconds s:units, e.g. 500:60s:200");
    }
    try {
      return RolloutStep.newBuilder()
          .setCanaryBasisPoints(Integer.parseInt(matcher.group(1)))
          .setMinDuration(
              com.google.protobuf.Duration.newBuilder()
                  .setSeconds(Long.parseLong(matcher.group(2))))
          .setMinCanaryUnits(Long.parseLong(matcher.group(3)))
          .build();
    } catch (NumberFormatException e) {
      throw new InvalidValueException("--step", text, "numbers below 2^31");
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a rollout.")
  int show(
      @Mixin RegistryOptions registry,
      @Parameters(paramLabel = "ID", description = "Rollout.") String id)
      throws Exception {
    try (RegistryClient client = registry.connect()) {
      print(
          client
              .rollouts()
              .getRollout(GetRolloutRequest.newBuilder().setRolloutId(id).build())
              .getRollout());
    }
    return 0;
  }

  @Command(name = "pause", mixinStandardHelpOptions = true, description = "Keeps the step.")
  int pause(@Mixin RegistryOptions registry, @Mixin Steering steering) throws Exception {
    return steering.send(registry, SteerRolloutRequest.Command.PAUSE);
  }

  @Command(name = "resume", mixinStandardHelpOptions = true, description = "Goes on.")
  int resume(@Mixin RegistryOptions registry, @Mixin Steering steering) throws Exception {
    return steering.send(registry, SteerRolloutRequest.Command.RESUME);
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Goes to the next step now.")
  int promote(@Mixin RegistryOptions registry, @Mixin Steering steering) throws Exception {
    return steering.send(registry, SteerRolloutRequest.Command.PROMOTE);
  }

  @Command(
      name = "abort",
      mixinStandardHelpOptions = true,
      description = "Takes all traffic off the canary and ends.")
  int abort(@Mixin RegistryOptions registry, @Mixin Steering steering) throws Exception {
    return steering.send(registry, SteerRolloutRequest.Command.ABORT);
  }

  /** Which rollout an operator steers, and why. */
  static final class Steering {
    @Parameters(paramLabel = "ID", description = "Rollout.")
    private String id = "";

    @Option(names = "--reason", required = true, description = "Why, for the audit log.")
    private String reason = "";

    int send(RegistryOptions registry, SteerRolloutRequest.Command command) throws Exception {
      var request =
          SteerRolloutRequest.newBuilder()
              .setRolloutId(id)
              .setCommand(command)
              .setReason(reason)
              .build();
      try (RegistryClient client = registry.connect()) {
        print(client.rollouts().steerRollout(request).getRollout());
      }
      return 0;
    }
  }

  private static void print(Rollout rollout) {
    System.out.print(StatusCommand.describe(rollout));
  }
}
