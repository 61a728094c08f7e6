package dev.weir.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.loadtest.load.ArrivalSchedule.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ArrivalScheduleTest {
  private static long[] times(ArrivalSchedule schedule, int count) {
    return LongStream.generate(schedule::next).limit(count).toArray();
  }

  @Test
  void even_arrivals_have_equal_gaps_and_do_not_drift() {
    long[] times = times(new ArrivalSchedule(3, Kind.EVEN, 1), 3_000_000);
    assertThat(times[0]).isEqualTo(333_333_333L);
    assertThat(times[1] - times[0]).isBetween(333_333_332L, 333_333_334L);
    assertThat(times[times.length - 1]).isCloseTo(1_000_000_000_000_000L, within(1_000L));
  }

  @Test
  void poisson_arrivals_have_the_mean_and_the_spread_of_exponential_gaps() {
    int count = 200_000;
    long[] times = times(new ArrivalSchedule(1_000, Kind.POISSON, 7), count);
    double mean = times[count - 1] / (double) count;
    double squares = 0;
    for (int i = 1; i < count; i++) {
      double gap = times[i] - times[i - 1];
      assertThat(gap).isNotNegative();
      squares += (gap - mean) * (gap - mean);
    }
    assertThat(mean).isCloseTo(1e6, within(1e4));
    assertThat(Math.sqrt(squares / count)).isCloseTo(1e6, within(2e4));
  }

  @Test
  void the_same_seed_gives_the_same_times_and_another_seed_others() {
    long[] first = times(new ArrivalSchedule(100, Kind.POISSON, 42), 100);
    assertThat(times(new ArrivalSchedule(100, Kind.POISSON, 42), 100)).isEqualTo(first);
    assertThat(times(new ArrivalSchedule(100, Kind.POISSON, 43), 100)).isNotEqualTo(first);
  }

  @Test
  void a_rate_out_of_range_is_refused() {
    assertThatThrownBy(() -> new ArrivalSchedule(0.0009, Kind.EVEN, 1))
        .hasMessage("rate: 9.0E-4 (expected: 0.001 to 1000000.0)");
    assertThatThrownBy(() -> new ArrivalSchedule(1_000_001, Kind.EVEN, 1))
        .hasMessageStartingWith("rate: 1000001.0");
    assertThatThrownBy(() -> new ArrivalSchedule(Double.NaN, Kind.EVEN, 1))
        .hasMessageStartingWith("rate: NaN");
  }

  @Test
  void a_ramp_begins_at_a_tenth_and_ends_at_the_full_rate() {
    long second = 1_000_000_000L;
    long[] times =
        times(new ArrivalSchedule(1_000, Kind.EVEN, 1).rampingUp(Duration.ofSeconds(10)), 9_000);
    assertThat(times).isSorted();
    assertThat(countIn(times, 0, second)).isBetween(140L, 150L); // 0.1 to 0.19 of the rate
    assertThat(countIn(times, 5 * second, 6 * second)).isBetween(590L, 600L);
    assertThat(countIn(times, 10 * second, 11 * second)).isBetween(999L, 1_001L);
    assertThat(countIn(times, 0, 10 * second)).isBetween(5_499L, 5_501L);
  }

  private static long countIn(long[] times, long from, long to) {
    return Arrays.stream(times).filter(t -> t >= from && t < to).count();
  }
}
