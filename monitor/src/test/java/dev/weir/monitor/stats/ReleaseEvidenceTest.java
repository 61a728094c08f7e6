package dev.weir.monitor.stats;

import static dev.weir.monitor.stats.ReleaseEvidence.Action.HOLD;
import static dev.weir.monitor.stats.ReleaseEvidence.Action.ROLLBACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.monitor.stats.ReleaseEvidence.Decision;
import dev.weir.monitor.stats.ReleaseEvidence.Share;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReleaseEvidenceTest {
  private static final double ALPHA = 1e-3;

  private static Share share(String name, double weight, ReleaseEvidence.Action action, double e) {
    return new Share(
        name,
        weight,
        action,
        new Evidence("", "", 0, 0, Math.log(e), Math.log(Math.max(1, e)), 0, Optional.empty()));
  }

  private static Decision decision(Share... shares) {
    return ReleaseEvidence.of(ALPHA, List.of(shares)).decision();
  }

  @Test
  void the_weighted_sum_of_the_rollback_guardrails_decides() {
    var release =
        ReleaseEvidence.of(
            ALPHA,
            List.of(
                share("errors", 0.5, ROLLBACK, 1_200),
                share("latency", 0.25, ROLLBACK, 1_700),
                share("classes", 0.25, HOLD, 3_000)));
    assertThat(release.logE()).isCloseTo(Math.log(600 + 425), within(1e-12));
    assertThat(release.logThreshold()).isCloseTo(Math.log(1_000), within(1e-12));
    assertThat(release.decision()).isEqualTo(new Decision.RollBack("errors", false));
  }

  @Test
  void one_guardrail_far_enough_is_enough_and_is_named() {
    assertThat(decision(share("a", 0.5, ROLLBACK, 0.01), share("b", 0.5, ROLLBACK, 2_001)))
        .isEqualTo(new Decision.RollBack("b", true));
  }

  @Test
  void a_guardrail_that_once_was_far_enough_stays_violated() {
    var past = new Evidence("", "", 0, 0, 0, Math.log(2_001), 0, Optional.empty());
    assertThat(decision(new Share("a", 0.5, ROLLBACK, past)))
        .isEqualTo(new Decision.RollBack("a", true));
  }

  @Test
  void hold_guardrails_decide_alone_and_never_add_to_the_sum() {
    assertThat(decision(share("a", 0.5, HOLD, 1_999), share("b", 0.5, ROLLBACK, 1_999)))
        .isEqualTo(new Decision.Undecided());
    assertThat(decision(share("a", 0.5, HOLD, 2_001), share("b", 0.5, ROLLBACK, 1_999)))
        .isEqualTo(new Decision.Hold(List.of("a")));
  }

  @Test
  void rolling_back_comes_before_holding() {
    assertThat(decision(share("a", 0.5, HOLD, 5_000), share("b", 0.5, ROLLBACK, 5_000)))
        .isEqualTo(new Decision.RollBack("b", true));
  }

  @Test
  void no_rollback_guardrail_is_no_sum() {
    var release = ReleaseEvidence.of(ALPHA, List.of(share("a", 1, HOLD, 1)));
    assertThat(release.logE()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(release.decision()).isEqualTo(new Decision.Undecided());
    assertThat(ReleaseEvidence.of(ALPHA, List.of()).decision()).isEqualTo(new Decision.Undecided());
  }

  @Test
  void evidence_beyond_the_range_of_a_double_still_counts() {
    var huge = new Evidence("", "", 0, 0, 5_000, 5_000, 0, Optional.empty());
    assertThat(decision(new Share("a", 0.3, ROLLBACK, huge), share("b", 0.7, ROLLBACK, 1)))
        .isEqualTo(new Decision.RollBack("a", true));
  }

  @Test
  void weights_over_the_budget_are_refused() {
    assertThatThrownBy(() -> decision(share("a", 0.6, ROLLBACK, 1), share("b", 0.6, ROLLBACK, 1)))
        .hasMessage("weights: sum 1.2 (expected: at most 1)");
    assertThatThrownBy(() -> share("a", 0, ROLLBACK, 1))
        .hasMessage("weight of a: 0.0 (expected: over 0, at most 1)");
    assertThatThrownBy(() -> ReleaseEvidence.of(0, List.of()))
        .hasMessage("alpha: 0.0 (expected: over 0, under 1)");
  }
}
