package dev.weir.monitor.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.lifecycle.ChildJvm;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that publishes without pause is killed with SIGKILL at random moments. After each kill
 * every release that anyone saw is there with the same numbers, and no day has spent more than its
 * budget.
 */
final class PublishingDurabilityIT {
  private static final int KILLS = 10;
  private static final long SEED = Long.getLong("weir.seed", 20_261_127L);
  private static final int MAX_LINES_BEFORE_KILL = 60;
  private static final LocalDate ORIGIN = LocalDate.of(2026, 1, 1);

  private final Clock clock = Clock.system();

  @TempDir Path folder;

  @Test
  void no_release_that_was_seen_is_lost_and_no_budget_overspent_after_kill_9() throws Exception {
    System.out.println("publishing: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    RandomGenerator random = Randomness.seeded(SEED);
    long firstDay = 0;
    long seen = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      seen += publishAndKill(random, firstDay);
      try (ReleaseStore store = ReleaseStore.open(folder.resolve("published.db"))) {
        for (ReleaseStore.Budget budget : store.budgets("")) {
          assertThat(budget.spent()).isBetween(0L, budget.least());
          firstDay = Math.max(firstDay, ChronoUnit.DAYS.between(ORIGIN, budget.day()) + 1);
        }
      }
    }
    System.out.println("publishing: " + seen + " releases seen, " + KILLS + " kills");
    assertThat(seen).isGreaterThan(50);
  }

  private long publishAndKill(RandomGenerator random, long firstDay)
      throws IOException, InterruptedException {
    long seen = 0;
    try (ChildJvm child =
        ChildJvm.start(PublishingChild.class, folder.toString(), Long.toString(firstDay))) {
      for (String line :
          child.killAfter(
              1 + random.nextInt(MAX_LINES_BEFORE_KILL), random.nextLong(8_000_000), clock)) {
        if (line.startsWith("released ")) {
          seen++;
          checkIsThere(line);
        }
      }
    }
    return seen;
  }

  private void checkIsThere(String line) {
    String[] parts = line.split(" ", 4);
    try (ReleaseStore store = ReleaseStore.open(folder.resolve("published.db"))) {
      Optional<ReleaseStore.Release> release =
          store.release("fraud", LocalDate.parse(parts[1]), parts[2]);
      assertThat(release).as(line).isPresent();
      assertThat(Arrays.toString(release.get().versions().getFirst().counts())).isEqualTo(parts[3]);
    }
  }
}
