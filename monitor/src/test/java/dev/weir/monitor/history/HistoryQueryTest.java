package dev.weir.monitor.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HistoryQueryTest {
  private static final long NOW = 1_767_225_600L;

  private static HistoryQuery read(Map<String, String> parameters) {
    return HistoryQuery.read(name -> Optional.ofNullable(parameters.get(name)), NOW);
  }

  @Test
  void without_parameters_it_is_the_last_hour_of_everything_by_minute() {
    HistoryQuery query = read(Map.of());
    assertThat(query.from()).isEqualTo(NOW - 3_600);
    assertThat(query.to()).isEqualTo(NOW);
    assertThat(query.stepSeconds()).isEqualTo(60);
    assertThat(query.wants(HistoryUnderTest.OUTCOMES)).isTrue();
  }

  @Test
  void a_year_in_400_points_is_told_by_days() {
    HistoryQuery query = read(Map.of("from", "-31536000", "points", "400"));
    assertThat(query.coarsest()).isEqualTo(Resolution.DAY);
    assertThat(query.stepSeconds()).isEqualTo(86_400);
  }

  @Test
  void there_are_never_more_steps_than_points_but_for_the_first_that_is_cut() {
    for (int points : new int[] {1, 7, 100, 5_000}) {
      for (long length : new long[] {1, 59, 3_601, 100_000, 31_536_000}) {
        HistoryQuery query =
            read(Map.of("from", Long.toString(-length), "points", Integer.toString(points)));
        long steps =
            (query.to() - query.firstStep() + query.stepSeconds() - 1) / query.stepSeconds();
        assertThat(steps).as("%d points, %d s", points, length).isBetween(1L, (long) points);
      }
    }
  }

  @Test
  void a_series_is_picked_by_kind_and_name() {
    HistoryQuery query = read(Map.of("series", "latency", "version", "1"));
    assertThat(query.wants(HistoryUnderTest.LATENCY)).isTrue();
    assertThat(query.wants(HistoryUnderTest.OUTCOMES)).isFalse();
    assertThat(read(Map.of("route", "other")).wants(HistoryUnderTest.LATENCY)).isFalse();
    assertThat(read(Map.of("series", "latency:x")).wants(HistoryUnderTest.LATENCY)).isFalse();
  }

  @Test
  void what_is_wrong_is_said_with_what_would_be_right() {
    assertThatThrownBy(() -> read(Map.of("series", "temperature")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("series: temperature (expected: one of [outcomes, latency");
    assertThatThrownBy(() -> read(Map.of("from", "yesterday")))
        .hasMessageContaining("from: yesterday (expected: seconds since 1970");
    assertThatThrownBy(() -> read(Map.of("from", "20", "to", "10")))
        .hasMessageContaining("to: 10 (expected: over from (20)");
    assertThatThrownBy(() -> read(Map.of("points", "5001")))
        .hasMessageContaining("points: 5001 (expected: 1 to 5000)");
  }
}
