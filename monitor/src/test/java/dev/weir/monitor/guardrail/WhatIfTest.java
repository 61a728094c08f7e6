package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.BusinessMetric;
import dev.weir.proto.route.v1.Confidence;
import dev.weir.proto.route.v1.DataQuality;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.LabelQuality;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Score;
import dev.weir.proto.route.v1.ShadowAgreement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WhatIfTest {
  private static final List<Guardrail> EVERY_KIND =
      List.of(
          named("errors").setErrorRate(ErrorRate.newBuilder().setCeiling(0.2)).build(),
          named("latency").setLatency(Latency.getDefaultInstance()).build(),
          named("classes").setPredictedClass(PredictedClass.getDefaultInstance()).build(),
          named("score").setScore(Score.newBuilder().setOutput("p")).build(),
          named("confidence").setConfidence(Confidence.getDefaultInstance()).build(),
          named("accuracy").setLabelQuality(LabelQuality.newBuilder().setBound(0.9)).build(),
          named("loss")
              .setLabelQuality(
                  LabelQuality.newBuilder()
                      .setMeasure(LabelQuality.Measure.MEAN_ABSOLUTE_ERROR)
                      .setScale(50))
              .build(),
          named("revenue")
              .setBusinessMetric(
                  BusinessMetric.newBuilder()
                      .setMetric("revenue")
                      .setMax(10)
                      .setToleratedDifference(1))
              .build(),
          named("shadow").setShadowAgreement(ShadowAgreement.getDefaultInstance()).build(),
          named("complete").setDataQuality(DataQuality.getDefaultInstance()).build());

  private static Guardrail.Builder named(String name) {
    return Guardrail.newBuilder().setName(name).setWeight(0.1);
  }

  private static List<Guardrail> after(WhatIf whatIf) {
    Rollout.Builder rollout = Rollout.newBuilder();
    rollout.getSpecBuilder().addAllGuardrails(EVERY_KIND);
    return whatIf.applyTo(rollout.build()).getSpec().getGuardrailsList();
  }

  /** What each guardrail states. */
  private static List<Statement> statements(List<Guardrail> guardrails) {
    return guardrails.stream().flatMap(each -> StatementReader.read(each).stream()).toList();
  }

  @ParameterizedTest
  @EnumSource
  void each_tolerance_changes_what_its_kind_of_guardrail_states_and_nothing_else(
      Tolerance tolerance) {
    double other = tolerance.option().endsWith("ratio") ? 3 : 0.37;
    List<Guardrail> after = after(WhatIf.tolerating(tolerance, other));
    for (int i = 0; i < after.size(); i++) {
      boolean mine = tolerance.isOf(EVERY_KIND.get(i));
      assertThat(statements(after).get(i).equals(statements(EVERY_KIND).get(i)))
          .as(EVERY_KIND.get(i).getName())
          .isEqualTo(!mine);
      assertThat(after.get(i).getWeight()).isEqualTo(0.1);
    }
  }

  @Test
  void every_kind_of_guardrail_has_a_tolerance_that_can_be_changed() {
    for (Guardrail.StatementCase kind : Guardrail.StatementCase.values()) {
      assertThat(Stream.of(Tolerance.values()).anyMatch(t -> t.isOf(ofKind(kind))))
          .as("%s", kind)
          .isEqualTo(kind != Guardrail.StatementCase.STATEMENT_NOT_SET);
    }
  }

  private static Guardrail ofKind(Guardrail.StatementCase kind) {
    return EVERY_KIND.stream()
        .filter(guardrail -> guardrail.getStatementCase() == kind)
        .findFirst()
        .orElse(Guardrail.getDefaultInstance());
  }

  @Test
  void a_bound_takes_the_place_of_the_one_that_was_given() {
    ErrorRate errors =
        after(WhatIf.tolerating(Tolerance.ERROR_DIFFERENCE, 0.01)).get(0).getErrorRate();
    assertThat(errors).isEqualTo(ErrorRate.newBuilder().setToleratedDifference(0.01).build());
    LabelQuality labels =
        after(WhatIf.tolerating(Tolerance.LABEL_DIFFERENCE, 0.01)).get(5).getLabelQuality();
    assertThat(labels.hasBound()).isFalse();
    assertThat(labels.getToleratedDifference()).isEqualTo(0.01);
  }

  @Test
  void only_the_guardrails_that_are_named_are_changed() {
    var whatIf =
        new WhatIf(
            OptionalDouble.empty(), Map.of(Tolerance.LABEL_DIFFERENCE, 20.0), Set.of("loss"));
    assertThat(after(whatIf).get(5)).isEqualTo(EVERY_KIND.get(5));
    assertThat(after(whatIf).get(6).getLabelQuality().getToleratedDifference()).isEqualTo(20);
  }

  @Test
  void what_one_of_the_guardrails_cannot_tolerate_is_refused_by_its_name() {
    assertThatThrownBy(() -> after(WhatIf.tolerating(Tolerance.BUSINESS_DIFFERENCE, 11)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("business-difference: 11.0 (expected: what guardrail revenue can");
    assertThatThrownBy(() -> after(WhatIf.tolerating(Tolerance.LABEL_DIFFERENCE, 20)))
        .hasMessageContaining("label-difference: 20.0 (expected: what guardrail accuracy can");
  }

  @Test
  void what_no_guardrail_could_tolerate_is_refused() {
    assertThatThrownBy(() -> WhatIf.alpha(0.2))
        .hasMessageContaining("alpha: 0.2 (expected: over 0, at most 0.1)");
    assertThatThrownBy(() -> WhatIf.tolerating(Tolerance.LATENCY_RATIO, 0.5))
        .hasMessageContaining("latency-ratio: 0.5 (expected: 1.0 to 1000.0)");
    assertThatThrownBy(() -> WhatIf.tolerating(Tolerance.SHADOW_AGREEMENT, 1))
        .hasMessageContaining("shadow-agreement: 1.0 (expected: over 0, under 1)");
    assertThatThrownBy(() -> WhatIf.tolerating(Tolerance.BUSINESS_DIFFERENCE, Double.NaN))
        .hasMessageContaining("business-difference: NaN (expected: a finite number)");
    var both = new EnumMap<Tolerance, Double>(Tolerance.class);
    both.put(Tolerance.ERROR_RATIO, 2.0);
    both.put(Tolerance.ERROR_CEILING, 0.1);
    assertThatThrownBy(() -> new WhatIf(OptionalDouble.empty(), both, Set.of()))
        .hasMessageContaining("tolerate: error-ceiling and error-ratio (expected: one of them)");
    assertThatThrownBy(() -> Tolerance.named("speed"))
        .hasMessageContaining("tolerate: speed (expected: error-ratio, error-difference");
  }
}
