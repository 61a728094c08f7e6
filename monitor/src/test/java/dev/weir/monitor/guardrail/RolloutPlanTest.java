package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.monitor.stats.ReleaseEvidence.Action;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import org.junit.jupiter.api.Test;

final class RolloutPlanTest {
  @Test
  void without_guardrails_the_three_defaults_share_one_thousandth() {
    RolloutPlan plan = RolloutPlan.of(Rollout.getDefaultInstance());
    assertThat(plan.alpha()).isEqualTo(0.001);
    assertThat(plan.guardrails())
        .extracting(RolloutPlan.Planned::name)
        .containsExactly("error_rate", "latency", "predicted_class");
    assertThat(weights(plan)).isCloseTo(1, within(1e-12));
  }

  @Test
  void weights_are_shares_of_the_whole() {
    RolloutPlan plan =
        plan(
            Guardrail.newBuilder()
                .setName("a")
                .setWeight(3)
                .setErrorRate(ErrorRate.getDefaultInstance()),
            Guardrail.newBuilder()
                .setName("b")
                .setWeight(1)
                .setAction(Guardrail.Action.HOLD)
                .setLatency(Latency.newBuilder().setToleratedRatio(2)));
    assertThat(plan.guardrails().getFirst().weight()).isEqualTo(0.75);
    assertThat(plan.guardrails().getLast().action()).isEqualTo(Action.HOLD);
    assertThat(plan.guardrails().getLast().statement())
        .isEqualTo(new Statement.Latency(2, 1_000_000));
  }

  @Test
  void a_guardrail_that_says_nothing_known_is_left_out() {
    RolloutPlan plan =
        plan(
            Guardrail.newBuilder().setName("from a later version"),
            Guardrail.newBuilder().setName("a").setErrorRate(ErrorRate.getDefaultInstance()));
    assertThat(plan.guardrails()).extracting(RolloutPlan.Planned::name).containsExactly("a");
    assertThat(weights(plan)).isEqualTo(1);
  }

  private static double weights(RolloutPlan plan) {
    return plan.guardrails().stream().mapToDouble(RolloutPlan.Planned::weight).sum();
  }

  private static RolloutPlan plan(Guardrail.Builder... guardrails) {
    var spec = RolloutSpec.newBuilder();
    for (Guardrail.Builder guardrail : guardrails) {
      spec.addGuardrails(guardrail);
    }
    return RolloutPlan.of(Rollout.newBuilder().setSpec(spec).build());
  }
}
