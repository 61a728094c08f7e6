package dev.weir.registry.rollout;

import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Guardrail;
import dev.weir.proto.route.v1.Mirror;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.registry.route.Routes;
import dev.weir.registry.route.StickyLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the rest of the desired state must become because of the state that a rollout is in. Derived
 * from state alone, so a restart asks the same question and gets the same answer; empty once done.
 * Effects go into the same transaction as the record that causes them.
 */
public sealed interface RolloutEffect {
  /** The variant that serves today, in a route that a rollout owns. */
  String BASELINE = "baseline";

  /** The variant on trial. */
  String CANARY = "canary";

  /** The alias that a completed rollout moves. */
  String CHAMPION = "champion";

  /** The route must become this: the next generation, with its sticky layout. */
  record ChangeRoute(Route route) implements RolloutEffect {}

  /** The alias must point there. */
  record MoveAlias(Alias alias) implements RolloutEffect {}

  /**
   * What is still to be done.
   *
   * @param route the rollout's route as it is
   */
  static List<RolloutEffect> pending(Rollout rollout, Route route) {
    boolean owned = route.getRolloutId().equals(rollout.getId());
    return switch (rollout.getState()) {
      // no request reaches the canary: the route stays as it is
      case PREPARING, FAILED -> List.of();
      case PROGRESSING, PAUSED -> {
        Route shared = shared(rollout, owned ? route : taken(route));
        boolean done = owned && shared.equals(withoutLayout(route));
        yield done
            ? List.of()
            : List.of(new ChangeRoute(Routes.next(owned ? route : taken(route), shared)));
      }
      case COMPLETED ->
          owned
              ? List.of(
                  new MoveAlias(
                      Alias.newBuilder()
                          .setModel(rollout.getModel())
                          .setAlias(CHAMPION)
                          .setVersion(rollout.getSpec().getCanaryVersion())
                          .build()),
                  ended(rollout, route, rollout.getSpec().getCanaryVersion()))
              : List.of();
      case ROLLED_BACK, ABORTED ->
          owned ? List.of(ended(rollout, route, rollout.getBaselineVersion())) : List.of();
      case ROLLOUT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("rollout without a state: " + rollout);
    };
  }

  private static Route withoutLayout(Route route) {
    return route.toBuilder().clearGeneration().clearBuckets().build();
  }

  /** The route with its serving variant called baseline, wherever it is named. */
  private static Route taken(Route route) {
    Variant serving =
        Routes.serving(route)
            .orElseThrow(() -> new IllegalStateException("no variant serves all: " + route));
    return Routes.renamed(route, serving.getName(), BASELINE);
  }

  private static Route shared(Rollout rollout, Route route) {
    int canary = RolloutMachine.canaryBasisPoints(rollout);
    var variants = new ArrayList<Variant>();
    variants.add(
        variant(rollout, BASELINE, rollout.getBaselineVersion())
            .setWeightBasisPoints(StickyLayout.BUCKETS - canary)
            .setArm(Arm.ARM_BASELINE)
            .build());
    variants.add(
        variant(rollout, CANARY, rollout.getSpec().getCanaryVersion())
            .setWeightBasisPoints(canary)
            .setArm(Arm.ARM_CANARY)
            .build());
    variants.addAll(others(route));
    Route.Builder shared =
        withoutLayout(route).toBuilder()
            .clearVariants()
            .addAllVariants(variants)
            .setRolloutId(rollout.getId())
            .setRolloutStep(rollout.getStep());
    if (!route.hasMirror()) {
      mirror(rollout).ifPresent(shared::setMirror);
    }
    return shared.build();
  }

  /** Copies for the canary, when a guardrail of the rollout counts them. */
  private static Optional<Mirror> mirror(Rollout rollout) {
    return rollout.getSpec().getGuardrailsList().stream()
        .filter(Guardrail::hasShadowAgreement)
        .map(guardrail -> guardrail.getShadowAgreement().getMirrorBasisPoints())
        .map(share -> share == 0 ? StatementChecks.DEFAULT_MIRROR_BASIS_POINTS : share)
        .max(Integer::compare)
        .map(share ->
            Mirror.newBuilder()
                .setModel(rollout.getModel())
                .setVersion(rollout.getSpec().getCanaryVersion())
                .setShareBasisPoints(share)
                .setRolloutId(rollout.getId())
                .build());
  }

  private static ChangeRoute ended(Rollout rollout, Route route, String version) {
    Route.Builder ended =
        withoutLayout(route).toBuilder()
            .clearVariants()
            .addVariants(
                variant(rollout, BASELINE, version).setWeightBasisPoints(StickyLayout.BUCKETS))
            .addAllVariants(others(route))
            .clearRolloutId()
            .clearRolloutStep();
    if (route.getMirror().getRolloutId().equals(rollout.getId())) {
      ended.clearMirror();
    }
    return new ChangeRoute(Routes.next(route, ended.build()));
  }

  private static List<Variant> others(Route route) {
    return route.getVariantsList().stream()
        .filter(v -> !v.getName().equals(BASELINE) && !v.getName().equals(CANARY))
        .toList();
  }

  private static Variant.Builder variant(Rollout rollout, String name, String version) {
    return Variant.newBuilder().setName(name).setModel(rollout.getModel()).setVersion(version);
  }
}
