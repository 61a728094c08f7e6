package dev.weir.registry.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Guardrail.Action;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.ShadowAgreement;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RolloutSpecsTest {
  private static final Signature WITH_CLASSES =
      Signature.newBuilder().setClassOutput("label").setProbabilityOutput("p").build();

  private static RolloutSpec.Builder bare() {
    return RolloutSpec.newBuilder().setRoute("fraud").setCanaryVersion("2");
  }

  private static RolloutStep.Builder step(int share) {
    return RolloutStep.newBuilder().setCanaryBasisPoints(share);
  }

  private static Guardrail.Builder errors(String name) {
    return Guardrail.newBuilder().setName(name).setErrorRate(ErrorRate.getDefaultInstance());
  }

  @Test
  void what_is_left_out_has_its_documented_default() {
    RolloutSpec spec = RolloutSpecs.complete(bare().build(), WITH_CLASSES);
    assertThat(spec.getStepsList())
        .extracting(RolloutStep::getCanaryBasisPoints)
        .containsExactly(500, 2_500, 5_000, 10_000);
    assertThat(spec.getSteps(0).getMinDuration().getSeconds()).isEqualTo(30);
    assertThat(spec.getSteps(0).getMinCanaryUnits()).isEqualTo(200);
    assertThat(spec.getGuardrailsList())
        .extracting(Guardrail::getName)
        .containsExactly("error_rate", "latency", "predicted_class");
    assertThat(spec.getGuardrailsList()).allMatch(g -> g.getAction() == Action.ROLLBACK);
    assertThat(spec.getGuardrailsList()).allMatch(g -> g.getWeight() == 1.0 / 3);
    assertThat(spec.getGuardrails(0).getErrorRate().getToleratedRatio()).isEqualTo(1.1);
    assertThat(spec.getGuardrails(1).getLatency().getToleratedRatio()).isEqualTo(1.25);
    assertThat(spec.getGuardrails(1).getLatency().getToleratedSlack().getNanos())
        .isEqualTo(1_000_000);
    assertThat(spec.getGuardrails(2).getPredictedClass().getToleratedRatio()).isEqualTo(1.1);
    assertThat(spec.getAlpha()).isEqualTo(0.001);
    assertThat(spec.getPrepareTimeout().getSeconds()).isEqualTo(120);
    assertThat(RolloutSpecs.complete(spec, WITH_CLASSES)).as("complete stays").isEqualTo(spec);
  }

  @Test
  void without_a_class_output_classes_are_not_guarded() {
    assertThat(
            RolloutSpecs.complete(bare().build(), Signature.getDefaultInstance())
                .getGuardrailsList())
        .extracting(Guardrail::getName)
        .containsExactly("error_rate", "latency");
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(s -> s.setCanaryVersion("two"), "spec.canary_version: two (expected: a positive"),
        bad(s -> s.setAlpha(0.11), "spec.alpha: 0.11 (expected: > 0 and <= 0.1)"),
        bad(s -> s.setAlpha(Double.NaN), "spec.alpha: NaN (expected: > 0 and <= 0.1)"),
        bad(
            s -> s.addSteps(step(500)).addSteps(step(500)),
            "spec.steps[1].canary_basis_points: 500 (expected: above the step before (500)"),
        bad(s -> s.addSteps(step(0)), "spec.steps[0].canary_basis_points: 0"),
        bad(
            s -> s.addSteps(step(9_999)),
            "spec.steps: last canary_basis_points 9999 (expected: a last step of 10000)"),
        bad(
            s -> s.addSteps(step(10_000).setMinDuration(Duration.newBuilder().setSeconds(-1))),
            "spec.steps[0].min_duration: "),
        bad(
            s -> s.setPrepareTimeout(Duration.newBuilder().setNanos(999_999_999)),
            "spec.prepare_timeout: "),
        bad(
            s -> s.addGuardrails(errors("a").setWeight(0.5)).addGuardrails(errors("b")),
            "spec.guardrails[1].weight: 0.0 (expected: > 0 and <= 1, or 0 on all guardrails)"),
        bad(
            s ->
                s.addGuardrails(errors("a").setWeight(0.5))
                    .addGuardrails(errors("b").setWeight(0.4)),
            "spec.guardrails weight: sum 0.9 (expected: a sum of 1, or 0 on all)"),
        bad(
            s -> s.addGuardrails(errors("a")).addGuardrails(errors("a")),
            "spec.guardrails[1].name: a (expected: a name used once)"),
        bad(
            s -> s.addGuardrails(Guardrail.newBuilder().setName("a")),
            "spec.guardrails[0]: no statement (expected: one of error_rate, latency, predicted_class, score, "),
        bad(
            s ->
                s.addGuardrails(
                    errors("a").setErrorRate(ErrorRate.newBuilder().setToleratedRatio(0.9))),
            "spec.guardrails[0].error_rate.tolerated_ratio: 0.9 (expected: 1.0 to 1000.0)"),
        bad(
            s ->
                s.addGuardrails(
                    Guardrail.newBuilder()
                        .setName("a")
                        .setPredictedClass(PredictedClass.getDefaultInstance())),
            "spec.guardrails[0].predicted_class: a (expected: a canary whose signature names"),
        bad(
            s ->
                s.addGuardrails(
                    Guardrail.newBuilder()
                        .setName("a")
                        .setErrorRate(
                            ErrorRate.newBuilder().setCeiling(0.1).setToleratedDifference(0.1))),
            "spec.guardrails[0].error_rate: 2 bounds (expected: one of tolerated_ratio"),
        bad(
            s ->
                s.addGuardrails(
                    Guardrail.newBuilder()
                        .setName("a")
                        .setErrorRate(ErrorRate.newBuilder().addStatusCodes(17))),
            "spec.guardrails[0].error_rate.status_codes: 17 (expected: 1 to 16)"),
        bad(
            s ->
                s.addGuardrails(
                    Guardrail.newBuilder()
                        .setName("a")
                        .setLabelQuality(LabelQuality.getDefaultInstance())),
            "spec.guardrails[0].label_quality: a (expected: a canary whose signature names a"),
        bad(
            s ->
                s.addGuardrails(
                    Guardrail.newBuilder()
                        .setName("a")
                        .setBusinessMetric(
                            BusinessMetric.newBuilder().setMetric("revenue").setMax(10))),
            "spec.guardrails[0].business_metric.tolerated_difference: 0 (expected: how much"),
        bad(
            s ->
                s.addGuardrails(
                    Guardrail.newBuilder()
                        .setName("a")
                        .setShadowAgreement(ShadowAgreement.newBuilder().setMinAgreement(1.5))),
            "spec.guardrails[0].shadow_agreement.min_agreement: 1.5 (expected: over 0"),
        bad(s -> s.setAdvanceValue(9), "spec.advance: 9 (expected: ADVANCE_NOTHING_WRONG or"));
  }

  private static Arguments bad(Consumer<RolloutSpec.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_bad_spec_is_refused_by_the_field_that_is_wrong(
      Consumer<RolloutSpec.Builder> change, String message) {
    RolloutSpec.Builder spec = bare();
    change.accept(spec);
    assertThatThrownBy(() -> RolloutSpecs.complete(spec.build(), Signature.getDefaultInstance()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }
}
