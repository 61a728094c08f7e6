package dev.weir.router.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weir.platform.time.TestClock;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
  private static final long TICK = Duration.ofMillis(8).toNanos();

  private final long seed = Long.getLong("weir.seed", 20_260_101L);
  private final Random random = new Random(seed);
  private final TestClock clock = new TestClock();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final DeadlineWheel wheel = new DeadlineWheel(channel.eventLoop(), clock);

  private final class Due extends DeadlineWheel.Deadline {
    private long at;
    private boolean expected;

    @Override
    protected void expired() {
      assertTrue(expected, () -> "fired though disarmed, seed " + seed);
      assertTrue(clock.nanoTime() >= at, () -> "fired early, seed " + seed);
      expected = false;
    }
  }

  @Test
  void firesWhatIsArmedNeverEarlyAndAtMostATickLate() {
    List<Due> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(new Due());
    }
    for (int step = 0; step < 20_000; step++) {
      Due due = all.get(random.nextInt(all.size()));
      if (due.isArmed()) {
        wheel.disarm(due);
        due.expected = false;
      } else {
        due.at = clock.nanoTime() + random.nextLong(random.nextBoolean() ? TICK : 1_500 * TICK);
        due.expected = true;
        wheel.arm(due, due.at);
      }
      if (random.nextInt(3) == 0) {
        clock.advance(Duration.ofNanos(random.nextLong(4 * TICK)));
        wheel.run();
        for (Due each : all) {
          assertEquals(each.expected, each.isArmed(), () -> "seed " + seed);
          assertTrue(
              !each.expected || each.at + 2 * TICK > clock.nanoTime(),
              () -> "late by " + (clock.nanoTime() - each.at) + " ns, seed " + seed);
        }
      }
    }
  }

  @Test
  void oneThatFailsDoesNotKeepTheOthersFromFiring() {
    var failing =
        new DeadlineWheel.Deadline() {
          @Override
          protected void expired() {
            throw new IllegalStateException("on purpose");
          }
        };
    var other = new Due();
    other.at = clock.nanoTime() + TICK;
    other.expected = true;
    wheel.arm(other, other.at);
    wheel.arm(failing, other.at);
    clock.advance(Duration.ofNanos(2 * TICK));
    assertThrows(IllegalStateException.class, wheel::run);
    wheel.run();
    assertFalse(other.isArmed());
  }
}
