package dev.weir.monitor.guardrail;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a rollout is judged by instead of what it was judged by; empty: as it was.
 *
 * @param alpha false-alarm budget, over 0, at most 0.1
 * @param tolerances other tolerances of every guardrail that has them
 * @param guardrails names of the guardrails that are changed; empty: all
 */
public record WhatIf(
    OptionalDouble alpha, Map<Tolerance, Double> tolerances, Set<String> guardrails) {
  /** As it was. */
  public static final WhatIf NOTHING = new WhatIf(OptionalDouble.empty(), Map.of(), Set.of());

  private static final double MOST_ALPHA = 0.1;

  public WhatIf {
    if (alpha.isPresent() && !(alpha.getAsDouble() > 0 && alpha.getAsDouble() <= MOST_ALPHA)) {
      throw new InvalidValueException(
          "alpha", alpha.getAsDouble(), "over 0, at most " + MOST_ALPHA);
    }
    tolerances = Map.copyOf(tolerances);
    tolerances.forEach(Tolerance::check);
    Tolerance.checkTogether(tolerances.keySet());
    guardrails = Set.copyOf(guardrails);
    if (!guardrails.isEmpty() && tolerances.isEmpty()) {
      throw new InvalidValueException("guardrail", guardrails, "a tolerance to change, too");
    }
  }

  /** Another budget. */
  public static WhatIf alpha(double alpha) {
    return new WhatIf(OptionalDouble.of(alpha), Map.of(), Set.of());
  }

  /** Another tolerance of every guardrail that has it. */
  public static WhatIf tolerating(Tolerance tolerance, double value) {
    return new WhatIf(OptionalDouble.empty(), Map.of(tolerance, value), Set.of());
  }

  /** Whether nothing is changed. */
  public boolean isNothing() {
    return equals(NOTHING);
  }

  /**
   * The rollout with other tolerances.
   *
   * @throws InvalidValueException when one of its guardrails could not tolerate that
   */
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
    Guardrail changed = guardrail;
    for (Map.Entry<Tolerance, Double> other : tolerances.entrySet()) {
      boolean named = guardrails.isEmpty() || guardrails.contains(guardrail.getName());
      if (named && other.getKey().isOf(guardrail)) {
        changed = changed(changed, other.getKey(), other.getValue());
      }
    }
    return changed;
  }

  /** What one guardrail can tolerate depends on its measure or its metric, too. */
  private static Guardrail changed(Guardrail guardrail, Tolerance tolerance, double value) {
    Guardrail.Builder builder = guardrail.toBuilder();
    tolerance.put(value, builder);
    Guardrail changed = builder.build();
    try {
      if (StatementReader.read(changed).isEmpty()) {
        return guardrail;
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(
          tolerance.option(),
          value,
          "what guardrail "
              + guardrail.getName()
              + " can tolerate; as a share of its range, "
              + e.getMessage());
    }
    return changed;
  }
}
