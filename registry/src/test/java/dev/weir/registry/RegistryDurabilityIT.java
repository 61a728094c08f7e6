package dev.weir.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.lifecycle.ChildJvm;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.rollout.RolloutEffect;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.store.ArtifactStore;
import dev.weir.registry.store.AuditVerification;
import dev.weir.registry.store.RegistryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A registry in a process of its own is written to without pause and killed with SIGKILL at random
 * moments. After each kill: everything acknowledged is there, the audit log adds up and leads to
 * the tables, nothing is half done, and the next process goes on. What a power cut does is not
 * shown here: that rests on SQLite's and the file system's word.
 */
final class RegistryDurabilityIT {
  private static final int KILLS = 20;
  private static final long SEED = Long.getLong("weir.seed", 20_261_124L);
  private static final int MAX_LINES_BEFORE_KILL = 60;

  private final Clock clock = Clock.system();

  @TempDir Path folder;

  /** What was acknowledged so far, by all processes. */
  private final Map<Long, String> versions = new HashMap<>();

  private final Map<String, RolloutState> rollouts = new HashMap<>();
  private long alias;
  private long generation;
  private long revision;

  @Test
  void what_was_acknowledged_survives_kill_9() throws Exception {
    System.out.println("durability: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    RandomGenerator random = Randomness.seeded(SEED);
    int acknowledged = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      acknowledged += writeAndKill(random);
      checkDisk("after kill " + kill);
    }
    System.out.println("durability: " + acknowledged + " acknowledgements, " + KILLS + " kills");
    assertThat(acknowledged).isGreaterThan(KILLS);
    assertThat(rollouts).isNotEmpty();
  }

  private int writeAndKill(RandomGenerator random) throws IOException, InterruptedException {
    try (ChildJvm child =
        ChildJvm.start(WritingChild.class, folder.toString(), Long.toString(random.nextLong()))) {
      List<String> said =
          child.killAfter(
              1 + random.nextInt(MAX_LINES_BEFORE_KILL), random.nextLong(8_000_000), clock);
      assertThat(said.getFirst()).isEqualTo("ready");
      said.subList(1, said.size()).forEach(this::remember);
      return said.size() - 1;
    }
  }

  private void remember(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "version" -> versions.put(Long.parseLong(words[1]), words[2]);
      case "alias" -> alias = Long.parseLong(words[1]);
      case "route" -> generation = Long.parseLong(words[1]);
      case "rollout" -> rollouts.put(words[1], RolloutState.valueOf(words[2]));
      default -> throw new AssertionError("what is that: " + line);
    }
    revision = Long.parseLong(words[words.length - 1]);
  }

  private void checkDisk(String when) throws IOException {
    try (RegistryStore store =
        RegistryStore.open(folder.resolve("registry.db"), Randomness.seeded(0))) {
      RegistryStore.Loaded loaded = store.load(1_000_000);
      assertThat(AuditVerification.objection(store, loaded)).as(when).isEmpty();
      assertThat(loaded.head().revisionCeiling()).as(when).isGreaterThanOrEqualTo(revision);
      checkVersions(loaded.state());
      if (alias > 0) {
        String now = present(loaded.state().aliases().get("fraud/latest"), when).getVersion();
        assertThat(Long.parseLong(now)).isBetween(alias, alias + 1);
      }
      checkRollouts(loaded.state());
    }
  }

  private void checkVersions(RegistryState state) throws IOException {
    versions.forEach((number, sha256) ->
        assertThat(state.version(new VersionId("fraud", number)))
            .as("version " + number)
            .get()
            .returns(sha256, version -> version.getArtifact().getSha256()));
    ArtifactStore artifacts = ArtifactStore.open(folder.resolve("artifacts"), 1 << 20);
    for (ModelVersion version : state.versions().values()) {
      String sha256 = version.getArtifact().getSha256();
      try (InputStream bytes = artifacts.read(sha256).orElseThrow()) {
        assertThat(digest(bytes.readAllBytes())).as("bytes of " + sha256).isEqualTo(sha256);
      }
    }
    try (Stream<Path> left = Files.list(folder.resolve("artifacts").resolve("incoming"))) {
      assertThat(left).isEmpty();
    }
  }

  private static <T> T present(@Nullable T value, String what) {
    if (value == null) {
      throw new AssertionError(what + ": missing");
    }
    return value;
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void checkRollouts(RegistryState state) {
    rollouts.forEach((id, acknowledged) -> {
      Rollout rollout = present(state.rollouts().get(id), "rollout " + id);
      if (RolloutMachine.isOver(acknowledged)) {
        assertThat(rollout.getState()).as("over is over").isEqualTo(acknowledged);
      } else {
        assertThat(rollout.getState()).isNotEqualTo(RolloutState.ROLLOUT_STATE_UNSPECIFIED);
      }
    });
    for (Route route : state.routes().values()) {
      assertThat(route.getGeneration()).isGreaterThanOrEqualTo(generation);
      assertThat(route.getVariantsList().stream().mapToInt(Variant::getWeightBasisPoints).sum())
          .isEqualTo(10_000);
    }
    for (Rollout rollout : state.rollouts().values()) {
      Route route = present(state.routes().get(rollout.getSpec().getRoute()), "its route");
      assertThat(RolloutEffect.pending(rollout, route))
          .as("a rollout and its effects are one transaction")
          .isEmpty();
    }
  }
}
