package dev.weir.monitor.guardrail;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a rollout is judged by instead of what it was judged by; empty: as it was.
 *
 * @param alpha false-alarm budget, over 0, at most 0.1
 * @param errorRatio tolerated ratio of every error_rate guardrail, at least 1
 * @param latencyRatio tolerated ratio of every latency guardrail, at least 1
 * @param classRatio tolerated ratio of every predicted_class guardrail, at least 1
 */
public record WhatIf(
    OptionalDouble alpha,
    OptionalDouble errorRatio,
    OptionalDouble latencyRatio,
    OptionalDouble classRatio) {
  /** As it was. */
  public static final WhatIf NOTHING =
      new WhatIf(
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  private static final double MOST_ALPHA = 0.1;
  private static final double MOST_RATIO = 1_000;

  public WhatIf {
    if (alpha.isPresent() && !(alpha.getAsDouble() > 0 && alpha.getAsDouble() <= MOST_ALPHA)) {
      throw new InvalidValueException(
          "alpha", alpha.getAsDouble(), "over 0, at most " + MOST_ALPHA);
    }
    errorRatio.ifPresent(ratio -> Check.inRange("error-ratio", ratio, 1, MOST_RATIO));
    latencyRatio.ifPresent(ratio -> Check.inRange("latency-ratio", ratio, 1, MOST_RATIO));
    classRatio.ifPresent(ratio -> Check.inRange("class-ratio", ratio, 1, MOST_RATIO));
  }

  /** Whether nothing is changed. */
  public boolean isNothing() {
    return equals(NOTHING);
  }

  /** The rollout with other tolerances. */
  Rollout applyTo(Rollout rollout) {
    if (isNothing()) {
      return rollout;
    }
    RolloutSpec.Builder spec = rollout.getSpec().toBuilder();
    alpha.ifPresent(spec::setAlpha);
    List<Guardrail> given =
        spec.getGuardrailsCount() == 0 ? usual() : List.copyOf(spec.getGuardrailsList());
    spec.clearGuardrails();
    given.forEach(guardrail -> spec.addGuardrails(changed(guardrail)));
    return rollout.toBuilder().setSpec(spec).build();
  }

  /** The guardrails of a rollout that names none, in words that can be changed. */
  private static List<Guardrail> usual() {
    return List.of(
        Guardrail.newBuilder()
            .setName("error_rate")
            .setErrorRate(ErrorRate.getDefaultInstance())
            .build(),
        Guardrail.newBuilder().setName("latency").setLatency(Latency.getDefaultInstance()).build(),
        Guardrail.newBuilder()
            .setName("predicted_class")
            .setPredictedClass(PredictedClass.getDefaultInstance())
            .build());
  }

  private Guardrail changed(Guardrail guardrail) {
    Guardrail.Builder changed = guardrail.toBuilder();
    switch (guardrail.getStatementCase()) {
      case ERROR_RATE ->
          errorRatio.ifPresent(ratio ->
              changed.setErrorRate(
                  ErrorRate.newBuilder()
                      .setToleratedRatio(ratio)
                      .addAllStatusCodes(guardrail.getErrorRate().getStatusCodesList())));
      case LATENCY ->
          latencyRatio.ifPresent(ratio -> changed.getLatencyBuilder().setToleratedRatio(ratio));
      case PREDICTED_CLASS ->
          classRatio.ifPresent(
              ratio -> changed.getPredictedClassBuilder().setToleratedRatio(ratio));
      case SCORE,
          CONFIDENCE,
          LABEL_QUALITY,
          BUSINESS_METRIC,
          SHADOW_AGREEMENT,
          DATA_QUALITY,
          STATEMENT_NOT_SET -> {
        // kept as it was
      }
    }
    return changed.build();
  }
}
