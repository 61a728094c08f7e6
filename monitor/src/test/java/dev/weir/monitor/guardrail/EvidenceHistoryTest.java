package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class EvidenceHistoryTest {
  @Test
  void it_covers_any_time_with_at_most_six_hundred_points() {
    var history = new EvidenceHistory();
    for (int second = 0; second < 10_000; second++) {
      history.add(new EvidenceHistory.Point(second * 1_000L, List.of((double) second), List.of()));
    }
    List<EvidenceHistory.Point> points = history.points();
    assertThat(points.size()).isBetween(290, 600);
    assertThat(points.getFirst().epochMillis()).isZero();
    assertThat(points.getLast().epochMillis()).isGreaterThan(9_900_000);
  }

  @Test
  void points_nearer_than_a_second_are_left_out() {
    var history = new EvidenceHistory();
    history.add(new EvidenceHistory.Point(0, List.of(1.0), List.of()));
    history.add(new EvidenceHistory.Point(500, List.of(2.0), List.of()));
    assertThat(history.points()).hasSize(1);
  }
}
