package dev.weir.monitor.replay;

import dev.weir.monitor.guardrail.WhatIf;
import dev.weir.monitor.privacy.Erasure;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.route.v1.RolloutState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * How long a journal is and how fast it is replayed: ten minutes of a sound canary at 1,000
 * requests/s, all sampled, one router, the three usual guardrails. Argument: a folder to work in.
 */
final class ReplayBenchmark {
  private static final int SECONDS = 600;

  private ReplayBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "replay");
    var rollout = new RecordedRollout(folder);
    var traffic = new SimulatedTraffic(Randomness.seeded(1), 1_000);
    for (int quarter = 0; quarter < SECONDS * 4; quarter++) {
      rollout.take(traffic.next());
      if (quarter % 4 == 3) {
        rollout.save();
      }
    }
    rollout.become(RolloutState.COMPLETED);
    rollout.take(traffic.next());
    rollout.save();
    long bytes = Files.size(rollout.file());
    long begin = Clock.system().nanoTime();
    ReplayedRollout replayed = ReplayedRollout.of(rollout.file(), WhatIf.NOTHING);
    double seconds = (Clock.system().nanoTime() - begin) / 1e9;
    System.out.printf(
        "%d s of traffic, %,d entries, %,d bytes (%.1f kB/s), replayed in %.2f s (%.0f times as fast), verdicts the same: %s%n",
        SECONDS,
        replayed.outcome().entries(),
        bytes,
        bytes / 1e3 / SECONDS,
        seconds,
        SECONDS / seconds,
        replayed.allEqual());
    begin = Clock.system().nanoTime();
    rollout.erase(new Erasure(Set.of("unheard-of"), Set.of(), Set.of()));
    System.out.printf(
        "looked through twice for what is to be forgotten in %.2f s%n",
        (Clock.system().nanoTime() - begin) / 1e9);
    Files.delete(rollout.file());
    Files.delete(rollout.file().getParent());
    Files.delete(folder.resolve("evidence.bin"));
    Files.delete(folder);
  }
}
