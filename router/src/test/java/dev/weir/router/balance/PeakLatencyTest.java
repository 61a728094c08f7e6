package dev.weir.router.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PeakLatencyTest {
  private static final long DECAY = 10_000_000_000L;
  private static final long MS = 1_000_000;

  private final PeakLatency latency = new PeakLatency();

  private double at(double seconds) {
    return latency.at(nanos(seconds), nanos(seconds), DECAY) / MS;
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  @Test
  void nothing_is_known_before_the_first_answer() {
    assertThat(at(5)).isZero();
  }

  @Test
  void a_rise_counts_at_once_and_a_fall_slowly() {
    latency.observe(10 * MS, nanos(1), DECAY);
    latency.observe(100 * MS, nanos(2), DECAY);
    assertThat(at(2)).isCloseTo(100, within(0.01));
    latency.observe(10 * MS, nanos(12), DECAY);
    assertThat(at(12)).as("half of the way after one decay").isCloseTo(55, within(0.1));
  }

  @Test
  void many_answers_within_a_tick_do_not_pull_it_down_faster() {
    latency.observe(100 * MS, nanos(1), DECAY);
    for (int i = 0; i < 100_000; i++) {
      latency.observe(MS, nanos(1) + i * 10_000L, DECAY);
    }
    assertThat(at(2)).as("one second of ten").isCloseTo(90.5, Percentage.withPercentage(2));
  }

  @Test
  void what_was_slow_once_fades_while_nothing_is_heard_unless_it_is_being_tried() {
    latency.observe(100 * MS, nanos(1), DECAY);
    assertThat(latency.at(nanos(91), nanos(1), DECAY) / MS).isCloseTo(10, within(0.1));
    assertThat(latency.at(nanos(91), nanos(91), DECAY) / MS).isCloseTo(100, within(0.1));
  }

  @Test
  void a_lower_bound_only_raises() {
    latency.observe(50 * MS, nanos(1), DECAY);
    latency.atLeast(20 * MS, nanos(11), DECAY);
    assertThat(at(1)).isCloseTo(50, within(0.01));
    latency.atLeast(80 * MS, nanos(11), DECAY);
    assertThat(at(11)).isCloseTo(80, within(0.01));
  }

  @Test
  void a_clock_that_is_read_late_by_another_thread_does_no_harm() {
    latency.observe(50 * MS, nanos(10), DECAY);
    latency.observe(10 * MS, nanos(9), DECAY);
    assertThat(at(9)).isCloseTo(50, within(0.01));
  }
}
