package dev.weir.registry.route;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.ExperimentArm;
import dev.weir.proto.route.v1.Layer;
import dev.weir.proto.route.v1.Route;
import dev.weir.registry.model.Names;
import java.util.HashSet;
import java.util.Set;

/** What a route's experiments must look like; their buckets are laid out by {@link Routes}. */
final class LayerChecks {
  private static final int MAX_LAYERS = 8;
  private static final int MAX_EXPERIMENTS = 16;
  private static final int MAX_ARMS = 16;

  private LayerChecks() {}

  static void check(Route route, Set<String> variants) {
    Check.inRange("route.layers count", route.getLayersCount(), 0, MAX_LAYERS);
    var layers = new HashSet<String>();
    var experiments = new HashSet<String>();
    for (int i = 0; i < route.getLayersCount(); i++) {
      String at = "route.layers[" + i + "]";
      Layer layer = route.getLayers(i);
      once(at, layer.getName(), layers);
      RouteChecks.sticky(at + ".key", layer.getKey());
      Check.inRange(at + ".experiments count", layer.getExperimentsCount(), 1, MAX_EXPERIMENTS);
      long sum = 0;
      for (int e = 0; e < layer.getExperimentsCount(); e++) {
        String within = at + ".experiments[" + e + "]";
        once(within, layer.getExperiments(e).getName(), experiments);
        sum += experiment(within, layer.getExperiments(e), variants);
      }
      if (sum > StickyLayout.BUCKETS) {
        throw new InvalidValueException(
            at + ".experiments share_basis_points", "sum " + sum, "a sum of at most 10000");
      }
    }
  }

  private static void once(String at, String name, Set<String> names) {
    if (!names.add(Names.inner(at + ".name", name))) {
      throw new InvalidValueException(at + ".name", name, "a name used once");
    }
  }

  /** Returns its share. */
  private static long experiment(String at, Experiment experiment, Set<String> variants) {
    Check.inRange(at + ".arms count", experiment.getArmsCount(), 1, MAX_ARMS);
    var arms = new HashSet<String>();
    long sum = 0;
    for (int i = 0; i < experiment.getArmsCount(); i++) {
      String within = at + ".arms[" + i + "]";
      ExperimentArm arm = experiment.getArms(i);
      once(within, arm.getName(), arms);
      Fields.variant(within + ".variant", arm.getVariant(), variants);
      sum +=
          Fields.unsigned(
              within + ".weight_basis_points", arm.getWeightBasisPoints(), 0, StickyLayout.BUCKETS);
    }
    if (sum != StickyLayout.BUCKETS) {
      throw new InvalidValueException(
          at + ".arms weight_basis_points", "sum " + sum, "a sum of 10000");
    }
    return Fields.unsigned(
        at + ".share_basis_points", experiment.getShareBasisPoints(), 0, StickyLayout.BUCKETS);
  }
}
