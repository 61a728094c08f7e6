package dev.weir.monitor.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.lifecycle.ChildJvm;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Samples are kept and erased without pause by a process of its own that is killed with SIGKILL at
 * random moments. After each kill what was said to be written is there, and what was said to be
 * erased is not. What a power cut does is not shown here: that rests on SQLite's and the file
 * system's word.
 */
final class SampleDurabilityIT {
  private static final int KILLS = 12;
  private static final long SEED = Long.getLong("weir.seed", 20_261_126L);
  private static final int MAX_LINES_BEFORE_KILL = 80;

  private final Clock clock = Clock.system();

  @TempDir Path folder;
  private long next = 1;
  private long written;
  private long erased;

  @Test
  void what_was_written_stays_and_what_was_erased_does_not_come_back_after_kill_9()
      throws Exception {
    System.out.println("kept samples: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    RandomGenerator random = Randomness.seeded(SEED);
    for (int kill = 1; kill <= KILLS; kill++) {
      keepAndKill(random);
      checkDisk("after kill " + kill);
    }
    System.out.println("kept samples: " + written + " written, " + KILLS + " kills");
    assertThat(written).isGreaterThan(1_000);
  }

  private void keepAndKill(RandomGenerator random) throws IOException, InterruptedException {
    List<String> said;
    try (ChildJvm child =
        ChildJvm.start(SampleKeepingChild.class, folder.toString(), Long.toString(next))) {
      said =
          child.killAfter(
              1 + random.nextInt(MAX_LINES_BEFORE_KILL), random.nextLong(8_000_000), clock);
    }
    assertThat(said.getFirst()).isEqualTo("ready");
    for (String line : said) {
      if (line.startsWith("written ")) {
        written = Long.parseLong(line.substring("written ".length()));
      } else if (line.startsWith("erased ")) {
        erased = Long.parseLong(line.substring("erased ".length()));
      }
    }
  }

  private void checkDisk(String when) {
    try (SampleStore store = SampleStore.open(folder.resolve("samples.db"))) {
      Set<String> there =
          store
              .find(new SampleQuery("", "", 0, Long.MAX_VALUE, 1_000_000), 1L << 30)
              .samples()
              .stream()
              .map(sample -> sample.getRequestId())
              .collect(Collectors.toSet());
      assertThat(store.total().samples()).as(when).isEqualTo(there.size());
      Set<String> expected =
          LongStream.rangeClosed(1, written)
              .filter(number -> !SampleKeepingChild.isErased(number))
              .mapToObj(SampleKeepingChild::id)
              .collect(Collectors.toSet());
      assertThat(there).as(when).containsAll(expected);
      assertThat(there)
          .as(when)
          .doesNotContainAnyElementsOf(
              LongStream.rangeClosed(1, erased)
                  .filter(SampleKeepingChild::isErased)
                  .mapToObj(SampleKeepingChild::id)
                  .toList());
      // the last transaction may have been done and not said: go on behind it, and finish what was
      // begun
      store.erase(
          new Erasure(
              there.stream().filter(id -> id.endsWith("erased")).collect(Collectors.toSet()),
              Set.of(),
              Set.of()));
      long last = there.stream().mapToLong(id -> Long.parseLong(id.split("-")[1])).max().orElse(0);
      written = Math.max(written, last);
      erased = written;
      next = written + 1;
    }
  }
}
