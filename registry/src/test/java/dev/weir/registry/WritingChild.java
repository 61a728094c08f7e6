package dev.weir.registry;

import dev.weir.platform.time.Randomness;
import dev.weir.proto.registry.v1.ListVersionsRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.proto.registry.v1.SetAliasRequest;
import dev.weir.proto.registry.v1.SteerRolloutRequest;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.proto.worker.v1.VersionState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * A process that writes to a registry without pause and says on standard output what was
 * acknowledged, until it is killed. Arguments: folder, seed.
 */
final class WritingChild {
  private final RegistryFixture registry;
  private final RandomGenerator random;
  private long versions;

  private WritingChild(RegistryFixture registry, RandomGenerator random) {
    this.registry = registry;
    this.random = random;
  }

  public static void main(String[] arguments) throws IOException {
    var registry = new RegistryFixture(Path.of(arguments[0]));
    var child = new WritingChild(registry, Randomness.seeded(Long.parseLong(arguments[1])));
    say("ready");
    child.versions =
        registry.models.listVersions(ListVersionsRequest.getDefaultInstance()).getVersionsCount();
    while (true) {
      child.push();
      child.setAlias();
      child.putRoute();
      if (child.versions > 1) {
        child.rollOut();
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private void acknowledged(String what) {
    say(what + " at " + registry.newest().getRevision());
  }

  private void push() {
    byte[] bytes = new byte[random.nextInt(1, 60_000)];
    random.nextBytes(bytes);
    PushVersionResponse response =
        registry
            .tryPush(RegistryFixture.version(Long.toString(versions + 1)).build(), bytes)
            .value();
    versions++;
    acknowledged("version " + versions + " " + response.getVersion().getArtifact().getSha256());
  }

  private void setAlias() {
    var unused =
        registry.models.setAlias(
            SetAliasRequest.newBuilder()
                .setAlias(RegistryFixture.alias("latest", Long.toString(versions)))
                .build());
    acknowledged("alias " + versions);
  }

  private void putRoute() {
    if (registry.newest().getRolloutsList().stream().anyMatch(r -> !r.hasEndedAt())) {
      end(
          registry.newest().getRolloutsList().stream()
              .filter(r -> !r.hasEndedAt())
              .findFirst()
              .orElseThrow());
    }
    long other = 1 + random.nextLong(versions);
    var route = registry.put(RegistryFixture.route(Long.toString(other)));
    acknowledged("route " + route.getGeneration());
  }

  private void rollOut() {
    String serving = registry.newest().getRoutes(0).getVariants(0).getVersion();
    String canary = serving.equals("1") ? "2" : "1";
    Rollout rollout = registry.start(RegistryFixture.spec(canary, 500, 10_000));
    acknowledged("rollout " + rollout.getId() + " " + rollout.getState());
    registry.report("worker-1", canary, VersionState.AVAILABLE);
    acknowledged("rollout " + rollout.getId() + " " + RolloutState.PROGRESSING);
    VerdictState state = random.nextBoolean() ? VerdictState.PASSING : VerdictState.VIOLATED;
    var unused =
        registry.verdict(
            Verdict.newBuilder().setRolloutId(rollout.getId()).setState(state).setRolloutStep(0));
    Rollout now = registry.rollout(rollout.getId());
    acknowledged("rollout " + now.getId() + " " + now.getState());
    if (!now.hasEndedAt()) {
      end(now);
    }
  }

  private void end(Rollout rollout) {
    Rollout ended =
        registry
            .rollouts
            .steerRollout(
                SteerRolloutRequest.newBuilder()
                    .setRolloutId(rollout.getId())
                    .setCommand(SteerRolloutRequest.Command.ABORT)
                    .build())
            .getRollout();
    acknowledged("rollout " + ended.getId() + " " + ended.getState());
  }
}
