package dev.weir.registry.route;

import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Diversion;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.FallbackTrigger;
import dev.weir.proto.route.v1.Match;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.util.Optional;

/**
 * Routes whose requests all go to one variant of their fallback ladder. What is stored is the route
 * as an operator or a rollout wants it, with its {@link Diversion}; what is published is what
 * routers have to do. So nothing has to be remembered to restore a route, and its sticky keys are
 * back where they were. Pure.
 */
public final class Diversions {
  private Diversions() {}

  /** The first variant of a route's ladder that can take all requests and has not got them yet. */
  public static Optional<Variant> target(Route route) {
    return route.getFallback().getRungsList().stream()
        .filter(FallbackRung::hasVariant)
        .flatMap(rung ->
            route.getVariantsList().stream().filter(v -> v.getName().equals(rung.getVariant())))
        // the sides of a rollout's comparison are steered by steering the rollout
        .filter(variant -> variant.getArm() == Arm.ARM_UNSPECIFIED)
        .filter(variant -> variant.getWeightBasisPoints() < StickyLayout.BUCKETS)
        .findFirst();
  }

  /** The stored route, diverted: its next generation. */
  public static Route diverted(Route route, Diversion diversion) {
    return Routes.next(route, route.toBuilder().setDiversion(diversion).build());
  }

  /** The stored route without its diversion: its next generation. */
  public static Route restored(Route route) {
    return Routes.next(route, route.toBuilder().clearDiversion().build());
  }

  /**
   * What routers have to do: the route itself, or when it is diverted one in which everything that
   * is not refused goes to the diversion's variant and belongs to no comparison. Nothing is copied
   * to a mirror: it would be compared with another version than the one meant.
   */
  public static Route published(Route route) {
    if (!route.hasDiversion()) {
      return route;
    }
    String to = route.getDiversion().getVariant();
    Route.Builder published =
        route.toBuilder()
            .clearLayers()
            .clearMirror()
            .clearRolloutId()
            .clearRolloutStep()
            .clearBuckets()
            .addBuckets(
                BucketRange.newBuilder().setFirst(0).setEnd(StickyLayout.BUCKETS).setVariant(to));
    published
        .getVariantsBuilderList()
        .forEach(variant ->
            variant
                .clearArm()
                .setWeightBasisPoints(variant.getName().equals(to) ? StickyLayout.BUCKETS : 0));
    published.getMatchesBuilderList().forEach(match -> match.setVariant(to));
    published.getRulesBuilderList().forEach(rule -> divert(rule, to));
    fallback(route.getFallback(), to)
        .ifPresentOrElse(published::setFallback, published::clearFallback);
    published.getDiversionBuilder().setRestored(route.toBuilder().clearDiversion());
    return published.build();
  }

  /** Refusals stay, and so does how a request is treated. */
  private static void divert(Match.Builder rule, String to) {
    if (rule.hasVariant()) {
      rule.setVariant(to);
    } else if (rule.hasOverride()) {
      rule.getOverrideBuilder().clearModel().clearVersion();
    }
  }

  /** The other rungs; empty: there are none. */
  private static Optional<Fallback> fallback(Fallback fallback, String to) {
    Fallback.Builder rest = fallback.toBuilder().clearRungs();
    fallback.getRungsList().stream()
        .filter(rung -> !rung.hasVariant() || !rung.getVariant().equals(to))
        .forEach(rest::addRungs);
    boolean forUnsure =
        rest.getRungsList().stream()
            .anyMatch(rung -> rung.getOnList().contains(FallbackTrigger.ON_LOW_CONFIDENCE));
    if (!forUnsure) {
      rest.clearConfidence();
    }
    return rest.getRungsCount() == 0 ? Optional.empty() : Optional.of(rest.build());
  }
}
