package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.monitor.intake.StoredSpan;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TraceViewTest {
  @Test
  void children_are_below_their_parent_in_order_of_start() {
    TraceView view =
        TraceView.of(
            "t",
            List.of(
                span("c", "a", 3_000_000, 4_000_000),
                span("d", "b", 1_500_000, 1_600_000),
                span("a", "", 1_000_000, 5_000_000),
                span("b", "a", 1_200_000, 2_000_000)));
    assertThat(view.rows())
        .extracting(row -> row.depth() + row.spanId())
        .containsExactly("0a", "1b", "2d", "1c");
    assertThat(view.durationMicros()).isEqualTo(4_000);
    assertThat(view.rows().get(3).startMicros()).isEqualTo(2_000);
  }

  @Test
  void a_span_whose_parent_is_not_here_begins_a_tree_and_says_so() {
    TraceView view = TraceView.of("t", List.of(span("b", "elsewhere", 0, 1)));
    assertThat(view.rows()).singleElement().extracting(TraceView.Row::lost).isEqualTo(true);
  }

  @Test
  void parents_in_a_circle_do_not_end_in_one() {
    TraceView view =
        TraceView.of(
            "t", List.of(span("a", "b", 0, 1), span("b", "a", 0, 1), span("c", "c", 0, 1)));
    assertThat(view.rows()).extracting(TraceView.Row::spanId).contains("c");
  }

  private static StoredSpan span(String id, String parent, long start, long end) {
    return new StoredSpan(
        id, parent, "infer", "weir-router", "router-1", "server", start, end, false, "", Map.of());
  }
}
