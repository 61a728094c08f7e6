package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.weir.monitor.guardrail.RolloutView;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RolloutStateViewTest {
  private static final Verdict DECIDED =
      Verdict.newBuilder()
          .setState(VerdictState.VIOLATED)
          .setExplanation("version 2 violates error_rate")
          .setCanaryRequests(80)
          .setFirstCanaryAt(Timestamp.newBuilder().setSeconds(100))
          .setAt(Timestamp.newBuilder().setSeconds(104).setNanos(500_000_000))
          .addExemplarTraceIds("a")
          .addExemplarTraceIds("b")
          .build();

  @Test
  void a_rolled_back_one_says_how_long_it_took_and_whom_it_harmed() {
    Rollout rollout =
        Rollout.newBuilder().setState(RolloutState.ROLLED_BACK).setVerdict(DECIDED).build();
    Verdict later = DECIDED.toBuilder().setCanaryRequests(95).setExplanation("changed").build();
    RolloutStateView view =
        RolloutStateView.of(
            rollout, new RolloutView(later, List.of(), List.of()), id -> id.equals("a"));
    assertThat(view.secondsToDecision()).isEqualTo(4.5);
    assertThat(view.harmedRequests()).isEqualTo(95);
    assertThat(view.state()).isEqualTo("rolled back");
    assertThat(view.over()).isTrue();
    assertThat(java.util.Objects.requireNonNull(view.verdict()).explanation())
        .isEqualTo("version 2 violates error_rate");
    assertThat(view.exemplars())
        .containsExactly(
            new RolloutStateView.Exemplar("a", true), new RolloutStateView.Exemplar("b", false));
  }

  @Test
  void a_completed_one_harmed_nobody() {
    RolloutStateView view =
        RolloutStateView.of(
            Rollout.newBuilder().setState(RolloutState.COMPLETED).build(), null, id -> false);
    assertThat(view.harmedRequests()).isNull();
    assertThat(view.secondsToDecision()).isNull();
    assertThat(view.verdict()).isNull();
  }

  @Test
  void the_evidence_over_time_has_a_line_for_each_guardrail_and_one_for_all() {
    RolloutStateView view =
        RolloutStateView.of(
            Rollout.newBuilder().setState(RolloutState.PROGRESSING).build(),
            new RolloutView(
                Verdict.getDefaultInstance(),
                List.of("errors"),
                List.of(new RolloutView.Point(1_500, List.of(0.5, 0.25), List.of(2.0)))),
            id -> false);
    assertThat(view.history().at()).containsExactly(1.5);
    assertThat(view.history().series())
        .containsExactly(
            new RolloutStateView.Line("errors", List.of(0.5), List.of(2.0)),
            new RolloutStateView.Line("all together", List.of(0.25), List.of()));
  }
}
