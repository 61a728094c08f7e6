package dev.weir.registry.rollout;

import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Guardrail.Action;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.route.Routes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Small worlds for tests of rollouts: fraud 1 to fraud 2, two steps, one HOLD guardrail. */
public final class Rollouts {
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  public static final Duration MIN_DURATION = Duration.ofSeconds(10);
  public static final Duration PREPARE_TIMEOUT = Duration.ofSeconds(60);
  public static final String ROLLBACK_GUARDRAIL = "error_rate";
  public static final String HOLD_GUARDRAIL = "latency";
  public static final VersionId CANARY = new VersionId("fraud", 2);
  public static final String ID = "r1";

  private Rollouts() {}

  public static RolloutSpec spec(int... shares) {
    RolloutSpec.Builder spec =
        RolloutSpec.newBuilder()
            .setRoute("fraud")
            .setCanaryVersion("2")
            .setPrepareTimeout(ProtoTimes.duration(PREPARE_TIMEOUT))
            .addGuardrails(
                Guardrail.newBuilder().setName(ROLLBACK_GUARDRAIL).setAction(Action.ROLLBACK))
            .addGuardrails(Guardrail.newBuilder().setName(HOLD_GUARDRAIL).setAction(Action.HOLD));
    for (int share : shares) {
      spec.addSteps(
          RolloutStep.newBuilder()
              .setCanaryBasisPoints(share)
              .setMinDuration(ProtoTimes.duration(MIN_DURATION))
              .setMinCanaryUnits(10));
    }
    return spec.build();
  }

  /** PREPARING, just started. */
  public static Rollout started(int... shares) {
    return Rollout.newBuilder()
        .setId(ID)
        .setSpec(spec(shares))
        .setModel("fraud")
        .setBaselineVersion("1")
        .setState(RolloutState.PREPARING)
        .setCreatedAt(ProtoTimes.timestamp(START))
        .setEnteredAt(ProtoTimes.timestamp(START))
        .setRevision(1)
        .build();
  }

  /** PROGRESSING in a step that began at {@link #START}. */
  public static Rollout inStep(int step, int... shares) {
    return started(shares).toBuilder().setState(RolloutState.PROGRESSING).setStep(step).build();
  }

  /** A route that sends everything to fraud 1. */
  public static Route route() {
    return Routes.next(
        null,
        Route.newBuilder()
            .setName("fraud")
            .addVariants(
                Variant.newBuilder()
                    .setName("main")
                    .setModel("fraud")
                    .setVersion("1")
                    .setWeightBasisPoints(10_000))
            .build());
  }

  /** One ready worker per state given, with the canary in that state. */
  public static FleetView fleet(VersionState... states) {
    List<FleetView.Worker> workers = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      workers.add(
          new FleetView.Worker(
              "worker-" + (i + 1),
              true,
              1,
              Map.of(CANARY, new FleetView.VersionReport(states[i], "cut short"))));
    }
    return new FleetView(workers);
  }

  public static Verdict verdict(VerdictState state, int step) {
    return Verdict.newBuilder()
        .setRolloutId(ID)
        .setState(state)
        .setRolloutStep(step)
        .setStepCanaryUnits(12)
        .build();
  }

  /** VIOLATED by one guardrail alone. */
  public static Verdict violated(String guardrail, int step) {
    return verdict(VerdictState.VIOLATED, step).toBuilder()
        .setDecisiveGuardrail(guardrail)
        .setLogThreshold(6.9)
        .setReleaseLogE(guardrail.equals(HOLD_GUARDRAIL) ? 1 : 8)
        .addGuardrails(
            GuardrailEvidence.newBuilder()
                .setGuardrail(guardrail)
                .setState(VerdictState.VIOLATED)
                .setStatistic("12 of 20"))
        .build();
  }
}
