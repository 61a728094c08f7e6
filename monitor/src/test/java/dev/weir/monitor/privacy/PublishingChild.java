package dev.weir.monitor.privacy;

import dev.weir.platform.time.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;

/**
 * A process that counts and publishes, day after day without pause, and says every release on
 * standard output, until it is killed. Arguments: folder, first day from the clock's origin.
 */
final class PublishingChild {
  static final double BUDGET = 1;

  private PublishingChild() {}

  public static void main(String[] arguments) {
    var clock = new TestClock();
    clock.advance(Duration.ofDays(Long.parseLong(arguments[1])));
    var at = new PublishingUnderTest(Path.of(arguments[0]), clock);
    at.follow(Samples.published("1", BUDGET));
    say("ready");
    while (true) {
      at.take("1", 20, "1", 1, 1);
      LocalDate day = at.closeToday();
      for (String statistic : List.of("hours", "classes", "feature:amount", "feature:country")) {
        if (at.publish(day, statistic, 0.3) instanceof Publisher.Answer.Made(var release)) {
          say(
              "released "
                  + day
                  + " "
                  + statistic
                  + " "
                  + Arrays.toString(release.versions().getFirst().counts()));
        }
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
