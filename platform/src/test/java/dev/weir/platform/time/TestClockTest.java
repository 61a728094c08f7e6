package dev.weir.platform.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class TestClockTest extends SchedulerContract {
  private final List<TestClock> clocks = new ArrayList<>();

  @Override
  Scheduler open() {
    var clock = new TestClock();
    clocks.add(clock);
    return clock;
  }

  @Override
  void pass(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      for (TestClock clock : clocks) {
        try {
          clock.advance(UNIT);
        } catch (IllegalStateException e) {
          assertThat(e).hasMessage("this test's task fails");
        }
      }
    }
  }

  @Test
  void tasks_run_in_order_of_their_due_time_at_that_time() {
    var clock = new TestClock();
    var ran = new ArrayList<String>();
    clock.after(Duration.ofSeconds(2), () -> ran.add("b at " + clock.nanoTime()));
    clock.every(Duration.ofSeconds(1), () -> ran.add("tick at " + clock.nanoTime()));
    clock.after(Duration.ofSeconds(2), () -> ran.add("c at " + clock.nanoTime()));
    clock.advance(Duration.ofMillis(2_500));
    assertThat(ran)
        .containsExactly(
            "tick at 1000000000", "b at 2000000000", "c at 2000000000", "tick at 2000000000");
    assertThat(clock.nanoTime()).isEqualTo(2_500_000_000L);
    assertThat(clock.now()).isEqualTo("2026-01-01T00:00:02.500Z");
    assertThat(clock.pending()).isEqualTo(1);
  }

  @Test
  void what_a_task_throws_is_seen_by_the_test() {
    var clock = new TestClock();
    var ran = new ArrayList<String>();
    clock.after(
        Duration.ofSeconds(1),
        () -> {
          throw new IllegalStateException("first");
        });
    clock.after(Duration.ofSeconds(1), () -> ran.add("second"));
    assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(1))).hasMessage("first");
    assertThat(ran).containsExactly("second");
  }
}
