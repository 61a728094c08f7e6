package dev.weir.registry.rollout;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.route.v1.Advance;
import dev.weir.proto.route.v1.ErrorRate;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Guardrail.Action;
import dev.weir.proto.route.v1.Latency;
import dev.weir.proto.route.v1.PredictedClass;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.registry.model.Names;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What an operator may ask of a rollout, and what is meant by what is left out. */
public final class RolloutSpecs {
  private static final List<Integer> DEFAULT_SHARES = List.of(500, 2_500, 5_000, 10_000);
  private static final Duration DEFAULT_MIN_DURATION = Duration.ofSeconds(30);
  private static final long DEFAULT_MIN_CANARY_UNITS = 200;
  private static final double DEFAULT_ALPHA = 0.001;
  private static final double MAX_ALPHA = 0.1;
  private static final Duration DEFAULT_PREPARE_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration MAX_PREPARE_TIMEOUT = Duration.ofHours(24);
  private static final Duration MAX_MIN_DURATION = Duration.ofDays(30);
  private static final int MAX_STEPS = 32;
  private static final int MAX_GUARDRAILS = 16;
  private static final int ALL_TRAFFIC = 10_000;
  private static final double WEIGHT_TOLERANCE = 1e-6;

  private RolloutSpecs() {}

  /**
   * The spec with all defaults filled in.
   *
   * @param signature the canary's: without a class output there is no predicted-class guardrail by
   *     default, and asking for one is an error
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  public static RolloutSpec complete(RolloutSpec spec, Signature signature) {
    Names.model("spec.route", spec.getRoute());
    VersionId.number("spec.canary_version", spec.getCanaryVersion());
    RolloutSpec.Builder complete = spec.toBuilder();
    complete.clearSteps().addAllSteps(steps(spec));
    complete.clearGuardrails().addAllGuardrails(guardrails(spec, signature));
    if (spec.getAlpha() == 0) {
      complete.setAlpha(DEFAULT_ALPHA);
    } else if (!(spec.getAlpha() > 0 && spec.getAlpha() <= MAX_ALPHA)) {
      throw new InvalidValueException("spec.alpha", spec.getAlpha(), "> 0 and <= " + MAX_ALPHA);
    }
    complete.setAdvance(
        switch (spec.getAdvance()) {
          case ADVANCE_UNSPECIFIED, ADVANCE_NOTHING_WRONG -> Advance.ADVANCE_NOTHING_WRONG;
          case ADVANCE_SHOWN -> Advance.ADVANCE_SHOWN;
          case UNRECOGNIZED ->
              throw new InvalidValueException(
                  "spec.advance", spec.getAdvanceValue(), "ADVANCE_NOTHING_WRONG or ADVANCE_SHOWN");
        });
    if (!spec.hasPrepareTimeout()) {
      complete.setPrepareTimeout(ProtoTimes.duration(DEFAULT_PREPARE_TIMEOUT));
    }
    duration(
        "spec.prepare_timeout",
        complete.getPrepareTimeout(),
        Duration.ofSeconds(1),
        MAX_PREPARE_TIMEOUT);
    return complete.build();
  }

  private static List<RolloutStep> steps(RolloutSpec spec) {
    if (spec.getStepsCount() == 0) {
      return DEFAULT_SHARES.stream()
          .map(share ->
              RolloutStep.newBuilder()
                  .setCanaryBasisPoints(share)
                  .setMinDuration(ProtoTimes.duration(DEFAULT_MIN_DURATION))
                  .setMinCanaryUnits(DEFAULT_MIN_CANARY_UNITS)
                  .build())
          .toList();
    }
    Check.inRange("spec.steps count", spec.getStepsCount(), 1, MAX_STEPS);
    long last = 0;
    for (int i = 0; i < spec.getStepsCount(); i++) {
      RolloutStep step = spec.getSteps(i);
      String at = "spec.steps[" + i + "]";
      long share = Integer.toUnsignedLong(step.getCanaryBasisPoints());
      if (share <= last || share > ALL_TRAFFIC) {
        throw new InvalidValueException(
            at + ".canary_basis_points",
            share,
            "above the step before (" + last + "), at most " + ALL_TRAFFIC);
      }
      last = share;
      duration(at + ".min_duration", step.getMinDuration(), Duration.ZERO, MAX_MIN_DURATION);
      Check.inRange(at + ".min_canary_units", step.getMinCanaryUnits(), 0, Long.MAX_VALUE);
    }
    if (last != ALL_TRAFFIC) {
      throw new InvalidValueException(
          "spec.steps", "last canary_basis_points " + last, "a last step of " + ALL_TRAFFIC);
    }
    return spec.getStepsList();
  }

  private static List<Guardrail> guardrails(RolloutSpec spec, Signature signature) {
    List<Guardrail> given =
        spec.getGuardrailsCount() == 0
            ? usual(!signature.getClassOutput().isEmpty())
            : spec.getGuardrailsList();
    Check.inRange("spec.guardrails count", given.size(), 1, MAX_GUARDRAILS);
    var names = new HashSet<String>();
    var complete = new ArrayList<Guardrail>();
    double sum = given.stream().mapToDouble(Guardrail::getWeight).sum();
    boolean equalShares = given.stream().allMatch(g -> g.getWeight() == 0);
    for (int i = 0; i < given.size(); i++) {
      Guardrail guardrail = given.get(i);
      String at = "spec.guardrails[" + i + "]";
      Names.inner(at + ".name", guardrail.getName());
      if (!names.add(guardrail.getName())) {
        throw new InvalidValueException(at + ".name", guardrail.getName(), "a name used once");
      }
      if (!equalShares && !(guardrail.getWeight() > 0 && guardrail.getWeight() <= 1)) {
        throw new InvalidValueException(
            at + ".weight", guardrail.getWeight(), "> 0 and <= 1, or 0 on all guardrails");
      }
      Guardrail.Builder filled = guardrail.toBuilder();
      if (equalShares) {
        filled.setWeight(1.0 / given.size());
      }
      filled.setAction(action(at + ".action", guardrail));
      StatementChecks.complete(at, filled, signature);
      complete.add(filled.build());
    }
    if (!equalShares && !(Math.abs(sum - 1) <= WEIGHT_TOLERANCE)) {
      throw new InvalidValueException(
          "spec.guardrails weight", "sum " + sum, "a sum of 1, or 0 on all");
    }
    return complete;
  }

  private static List<Guardrail> usual(boolean hasClassOutput) {
    var usual = new ArrayList<Guardrail>();
    usual.add(
        Guardrail.newBuilder()
            .setName("error_rate")
            .setErrorRate(ErrorRate.getDefaultInstance())
            .build());
    usual.add(
        Guardrail.newBuilder().setName("latency").setLatency(Latency.getDefaultInstance()).build());
    if (hasClassOutput) {
      usual.add(
          Guardrail.newBuilder()
              .setName("predicted_class")
              .setPredictedClass(PredictedClass.getDefaultInstance())
              .build());
    }
    return usual;
  }

  private static Action action(String field, Guardrail guardrail) {
    return switch (guardrail.getAction()) {
      case ACTION_UNSPECIFIED, ROLLBACK -> Action.ROLLBACK;
      case HOLD -> Action.HOLD;
      case UNRECOGNIZED ->
          throw new InvalidValueException(field, guardrail.getActionValue(), "ROLLBACK or HOLD");
    };
  }

  static void duration(
      String field, com.google.protobuf.Duration value, Duration min, Duration max) {
    boolean representable =
        value.getNanos() >= 0
            && value.getNanos() <= 999_999_999
            && Math.abs(value.getSeconds()) <= Integer.MAX_VALUE;
    if (!representable) {
      throw new InvalidValueException(
          field,
          value.getSeconds() + "s " + value.getNanos() + "ns",
          Check.show(min) + " to " + Check.show(max));
    }
    Check.inRange(field, ProtoTimes.duration(value), min, max);
  }
}
