package dev.weir.registry.route;

import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Override;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import dev.weir.registry.model.VersionId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A route's next generation. */
public final class Routes {
  private Routes() {}

  /**
   * The generation after {@code previous}, with the layouts of sticky keys and experiments grown
   * out of the previous ones.
   *
   * @param previous the route as it is; null: there is none
   * @param wanted everything but generation and layouts
   */
  public static Route next(@Nullable Route previous, Route wanted) {
    List<BucketRange> layout = previous == null ? List.of() : previous.getBucketsList();
    long generation = previous == null ? 0 : previous.getGeneration();
    return wanted.toBuilder()
        .setGeneration(generation + 1)
        .clearBuckets()
        .addAllBuckets(StickyLayout.relayout(layout, weights(wanted)))
        .clearLayers()
        .addAllLayers(
            LayerLayout.relayout(
                previous == null ? List.of() : previous.getLayersList(), wanted.getLayersList()))
        .build();
  }

  /** Every version that workers must hold for the route, with what it is for, in words. */
  public static Map<VersionId, String> versions(Route route) {
    var versions = new LinkedHashMap<VersionId, String>();
    String of = " of route " + route.getName();
    route
        .getVariantsList()
        .forEach(v ->
            versions.putIfAbsent(
                version(v.getModel(), v.getVersion()), "variant " + v.getName() + of));
    for (int i = 0; i < route.getRulesCount(); i++) {
      Override override = route.getRules(i).getOverride();
      if (route.getRules(i).hasOverride() && namesVersion(override)) {
        versions.putIfAbsent(
            version(override.getModel(), override.getVersion()), "rule " + (i + 1) + of);
      }
    }
    if (route.hasMirror()) {
      versions.putIfAbsent(
          version(route.getMirror().getModel(), route.getMirror().getVersion()), "mirror" + of);
    }
    return versions;
  }

  private static VersionId version(String model, String version) {
    return VersionId.parse("model", model, "version", version);
  }

  /** Whether a rule has a version of its own answer. */
  static boolean namesVersion(Override override) {
    return !override.getModel().isEmpty() || !override.getVersion().isEmpty();
  }

  /** The route with one variant called differently, wherever it is named. */
  public static Route renamed(Route route, String from, String to) {
    Route.Builder renamed = route.toBuilder();
    for (Variant.Builder variant : renamed.getVariantsBuilderList()) {
      variant.setName(renamed(variant.getName(), from, to));
    }
    for (var match : renamed.getMatchesBuilderList()) {
      match.setVariant(renamed(match.getVariant(), from, to));
    }
    for (var rule : renamed.getRulesBuilderList()) {
      if (rule.hasVariant()) {
        rule.setVariant(renamed(rule.getVariant(), from, to));
      }
    }
    for (var layer : renamed.getLayersBuilderList()) {
      for (var experiment : layer.getExperimentsBuilderList()) {
        for (var arm : experiment.getArmsBuilderList()) {
          arm.setVariant(renamed(arm.getVariant(), from, to));
        }
      }
    }
    for (var rung : renamed.getFallbackBuilder().getRungsBuilderList()) {
      if (rung.hasVariant()) {
        rung.setVariant(renamed(rung.getVariant(), from, to));
      }
    }
    if (!route.hasFallback()) {
      renamed.clearFallback();
    }
    return renamed
        .clearBuckets()
        .addAllBuckets(StickyLayout.renamed(route.getBucketsList(), from, to))
        .build();
  }

  private static String renamed(String name, String from, String to) {
    return name.equals(from) ? to : name;
  }

  /** Weight by variant, in the route's order, basis points. */
  static Map<String, Integer> weights(Route route) {
    var weights = new LinkedHashMap<String, Integer>();
    route
        .getVariantsList()
        .forEach(variant -> weights.put(variant.getName(), variant.getWeightBasisPoints()));
    return weights;
  }

  /** The one variant that has all the traffic; empty when it is shared. */
  public static Optional<Variant> serving(Route route) {
    return route.getVariantsList().stream()
        .filter(variant -> variant.getWeightBasisPoints() == StickyLayout.BUCKETS)
        .findFirst();
  }
}
