package dev.weir.monitor.stats.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IntervalTest {
  @Test
  void the_quantile_is_that_of_the_normal_distribution() {
    assertThat(Interval.quantile(0.05)).isCloseTo(1.959964, within(1e-6));
  }

  /** R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10. */
  @ParameterizedTest
  @CsvSource({
    "56, 70, 48, 80, 0.0524, 0.3339",
    "9, 10, 3, 10, 0.1705, 0.8090",
    "5, 56, 0, 29, -0.0381, 0.1926",
    "10, 10, 0, 10, 0.6075, 1.0000"
  })
  void differences_of_proportions_are_those_published(
      int a, int m, int b, int n, double low, double high) {
    double z = Interval.quantile(0.05);
    Interval difference = Interval.proportion(a, m, z).minus(Interval.proportion(b, n, z));
    assertThat(difference.low()).isCloseTo(low, within(6e-5));
    assertThat(difference.high()).isCloseTo(high, within(6e-5));
  }

  @Test
  void nothing_seen_can_be_anything() {
    assertThat(Interval.proportion(0, 0, 2)).isEqualTo(new Interval(0.5, 0, 1));
  }

  @Test
  void the_mean_of_two_alike_is_narrower_than_each_by_the_root_of_two() {
    Interval mean = new Interval(0.5, 0.4, 0.7).meanWith(new Interval(0.3, 0.2, 0.5));
    assertThat(mean.estimate()).isCloseTo(0.4, within(1e-12));
    assertThat(mean.low()).isCloseTo(0.4 - 0.1 / Math.sqrt(2), within(1e-12));
    assertThat(mean.high()).isCloseTo(0.4 + 0.2 / Math.sqrt(2), within(1e-12));
  }
}
