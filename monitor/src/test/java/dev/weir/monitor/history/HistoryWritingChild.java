package dev.weir.monitor.history;

import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * A process that takes slices, writes and compacts without pause, a week in some seconds, and says
 * on standard output up to which slice everything was written, until it is killed. Arguments:
 * folder, seed.
 */
final class HistoryWritingChild {
  /** Seconds between two slices: an hour is 60 slices. */
  private static final long SPACING = 60;

  private static final int REPEATED = 5;

  private HistoryWritingChild() {}

  /** Requests of a slice, so that a total can be checked from the last slice's number alone. */
  static long requests(long sequence) {
    return sequence % 97 + 1;
  }

  static HistoryConfig config() {
    HistoryConfig usual = HistoryConfig.defaults();
    return new HistoryConfig(
        usual.url(),
        usual.writeInterval(),
        Duration.ofHours(2),
        Duration.ofDays(2),
        usual.daysKept(),
        usual.lateFor(),
        usual.maxBytes(),
        usual.maxSeries(),
        usual.maxWaiting(),
        usual.maxAnswerSeries(),
        usual.maxQueries());
  }

  public static void main(String[] arguments) {
    RandomGenerator random = Randomness.seeded(Long.parseLong(arguments[1]));
    var clock = new TestClock();
    long origin = clock.now().getEpochSecond();
    var history = new HistoryUnderTest(Path.of(arguments[0]), clock, config());
    long sequence = Math.max(0, history.store.positions().getOrDefault("router-1", 0L) - REPEATED);
    clock.advance(Duration.ofSeconds(sequence * SPACING));
    say("ready");
    while (true) {
      for (int i = random.nextInt(1, 40); i > 0; i--) {
        sequence++;
        clock.advance(Duration.ofSeconds(SPACING));
        history.keeper.slice(
            "router-1",
            HistoryUnderTest.slice(
                sequence, origin + sequence * SPACING, requests(sequence), random.nextInt(2)));
      }
      if (history.keeper.write()) {
        say("written " + sequence);
      }
      if (random.nextInt(3) == 0) {
        history.keeper.compact();
        say("compacted");
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
