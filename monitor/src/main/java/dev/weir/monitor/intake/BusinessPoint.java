package dev.weir.monitor.intake;

import dev.weir.proto.monitor.v1.BusinessNumber;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import java.util.Map;
import java.util.Optional;

/**
 * A point of a metric with the attributes {@code weir.route} and {@code weir.variant}.
 *
 * @param metric metric's name
 * @param route {@code weir.route}
 * @param variant {@code weir.variant}
 * @param requestId {@code weir.request_id}, or empty
 * @param draw the unit's draw, when its attributes say all of it
 * @param sum of a histogram: its sum; else the number
 * @param count of a histogram: its count; else 1
 */
public record BusinessPoint(
    String metric,
    String route,
    String variant,
    String requestId,
    Optional<Assignment> draw,
    double sum,
    long count) {
  private static final int MAX_ROLLOUT_LENGTH = 256;

  /** The point, when its attributes make it one about a variant. */
  static Optional<BusinessPoint> of(
      String metric, Map<String, String> attributes, double sum, long count) {
    String route = attributes.getOrDefault("weir.route", "");
    String variant = attributes.getOrDefault("weir.variant", "");
    if (route.isEmpty() || variant.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new BusinessPoint(
            metric,
            route,
            variant,
            attributes.getOrDefault("weir.request_id", ""),
            draw(route, variant, attributes),
            sum,
            count));
  }

  /** The point of a message. */
  public static BusinessPoint of(BusinessNumber number) {
    return new BusinessPoint(
        number.getMetric(),
        number.getRoute(),
        number.getVariant(),
        number.getRequestId(),
        number.hasDraw() ? Optional.of(number.getDraw()) : Optional.empty(),
        number.getSum(),
        number.getCount());
  }

  /** The same as a message. */
  public BusinessNumber toMessage() {
    BusinessNumber.Builder number =
        BusinessNumber.newBuilder()
            .setMetric(metric)
            .setRoute(route)
            .setVariant(variant)
            .setRequestId(requestId)
            .setSum(sum)
            .setCount(count);
    draw.ifPresent(number::setDraw);
    return number.build();
  }

  /** It is about one unit. */
  boolean hasUnit() {
    return draw.isPresent() || !requestId.isEmpty();
  }

  private static Optional<Assignment> draw(
      String route, String variant, Map<String, String> attributes) {
    String rollout = attributes.getOrDefault("weir.rollout", "");
    Arm arm =
        switch (attributes.getOrDefault("weir.arm", "")) {
          case "ARM_CANARY", "CANARY" -> Arm.ARM_CANARY;
          case "ARM_BASELINE", "BASELINE" -> Arm.ARM_BASELINE;
          default -> Arm.ARM_UNSPECIFIED;
        };
    try {
      double probability =
          Double.parseDouble(attributes.getOrDefault("weir.canary_probability", "none"));
      long unit = Long.parseUnsignedLong(attributes.getOrDefault("weir.unit", "none"), 16);
      var draw =
          Assignment.newBuilder()
              .setRoute(route)
              .setVariant(variant)
              .setArm(arm)
              .setCanaryProbability(probability)
              .setRolloutId(rollout)
              .setUnit(unit)
              .build();
      return isDraw(draw) ? Optional.of(draw) : Optional.empty();
    } catch (NumberFormatException notSaid) {
      return Optional.empty();
    }
  }

  /** Something can be bet on this unit. */
  static boolean isDraw(Assignment assignment) {
    return (assignment.getArm() == Arm.ARM_CANARY || assignment.getArm() == Arm.ARM_BASELINE)
        && assignment.getCanaryProbability() > 0
        && assignment.getCanaryProbability() < 1
        && assignment.getUnit() != 0
        && !assignment.getRolloutId().isEmpty()
        && assignment.getRolloutId().length() <= MAX_ROLLOUT_LENGTH;
  }
}
