package dev.weir.registry.route;

import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Variant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A route's next generation. */
public final class Routes {
  private Routes() {}

  /**
   * The generation after {@code previous}, with the sticky layout grown out of the previous one.
   *
   * @param previous the route as it is; null: there is none
   * @param wanted everything but generation and buckets
   */
  public static Route next(@Nullable Route previous, Route wanted) {
    List<BucketRange> layout = previous == null ? List.of() : previous.getBucketsList();
    long generation = previous == null ? 0 : previous.getGeneration();
    return wanted.toBuilder()
        .setGeneration(generation + 1)
        .clearBuckets()
        .addAllBuckets(StickyLayout.relayout(layout, weights(wanted)))
        .build();
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
