package dev.weir.monitor.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.lifecycle.ChildJvm;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A history in a process of its own is written, merged and expired without pause and killed with
 * SIGKILL at random moments. After each kill its totals are exact, in every resolution, up to a
 * slice that is not before the last one that was said to be written. What a power cut does is not
 * shown here: that rests on SQLite's and the file system's word.
 */
final class HistoryDurabilityIT {
  private static final int KILLS = 20;
  private static final long SEED = Long.getLong("weir.seed", 20_261_125L);
  private static final int MAX_LINES_BEFORE_KILL = 120;

  private final Clock clock = Clock.system();

  @TempDir Path folder;
  private long written;

  @Test
  void totals_are_exact_after_kill_9() throws Exception {
    System.out.println("history: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    RandomGenerator random = Randomness.seeded(SEED);
    for (int kill = 1; kill <= KILLS; kill++) {
      writeAndKill(random);
      checkDisk("after kill " + kill);
    }
    System.out.println("history: " + written + " slices, " + KILLS + " kills");
    assertThat(written).isGreaterThan(2 * 24 * 60L);
  }

  private void writeAndKill(RandomGenerator random) throws IOException, InterruptedException {
    try (ChildJvm child =
        ChildJvm.start(
            HistoryWritingChild.class, folder.toString(), Long.toString(random.nextLong()))) {
      List<String> said =
          child.killAfter(
              1 + random.nextInt(MAX_LINES_BEFORE_KILL), random.nextLong(8_000_000), clock);
      assertThat(said.getFirst()).isEqualTo("ready");
      said.stream()
          .filter(line -> line.startsWith("written "))
          .forEach(line -> written = Long.parseLong(line.substring("written ".length())));
    }
  }

  private void checkDisk(String when) {
    var clockThen = new TestClock();
    long from = Resolution.DAY.floor(clockThen.now().getEpochSecond());
    try (var history = new HistoryUnderTest(folder, clockThen, HistoryWritingChild.config())) {
      long last = history.store.positions().getOrDefault("router-1", 0L);
      assertThat(last).as(when).isGreaterThanOrEqualTo(written);
      long expected = 0;
      for (long sequence = 1; sequence <= last; sequence++) {
        expected += HistoryWritingChild.requests(sequence);
      }
      for (Resolution resolution : Resolution.values()) {
        assertThat(history.requests(from, from + 10_000 * HistoryUnderTest.DAY, resolution))
            .as("%s, in %s", when, resolution)
            .isEqualTo(expected);
      }
    }
  }
}
