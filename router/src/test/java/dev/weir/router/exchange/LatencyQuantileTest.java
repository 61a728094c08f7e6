package dev.weir.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyQuantileTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MS = 1_000_000;

  private final LatencyQuantile latencies = new LatencyQuantile(10 * SECOND, 0);

  private void record(int times, long millis, long now) {
    for (int i = 0; i < times; i++) {
      latencies.record(millis * MS, now);
    }
  }

  @Test
  void the_quantile_is_at_most_a_bucket_too_high() {
    record(900, 10, 0);
    record(90, 50, 0);
    record(10, 400, 0);
    assertThat(latencies.nanos(0.5, SECOND)).isBetween(10 * MS, 10_400_000L);
    assertThat(latencies.nanos(0.95, SECOND)).isBetween(50 * MS, 52 * MS);
    assertThat(latencies.nanos(0.999, SECOND)).isBetween(400 * MS, 413 * MS);
  }

  @Test
  void too_few_say_nothing() {
    record(LatencyQuantile.LEAST_SAMPLES - 1, 10, 0);
    assertThat(latencies.nanos(0.9, SECOND)).isEqualTo(-1);
  }

  @Test
  void old_latencies_are_forgotten_period_by_period() {
    record(1_000, 10, 0);
    record(1, 100, 10 * SECOND);
    assertThat(latencies.nanos(0.9, 11 * SECOND)).isBetween(10 * MS, 11 * MS);
    record(200, 100, 20 * SECOND);
    assertThat(latencies.nanos(0.9, 22 * SECOND)).isBetween(100 * MS, 104 * MS);
    record(1, 100, 60 * SECOND);
    assertThat(latencies.nanos(0.9, 61 * SECOND)).as("after a pause").isEqualTo(-1);
  }
}
