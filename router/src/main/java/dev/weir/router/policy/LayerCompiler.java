package dev.weir.router.policy;

import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.Layer;
import dev.weir.proto.route.v1.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** Compiles a route's experiments. */
final class LayerCompiler {
  private static final int MOST_LAYERS = 8;
  private static final int MOST_EXPERIMENTS = 16;
  private static final int MOST_ARMS = 16;
  private static final int MOST_NAME = 64;

  private final CompileScope scope;
  private final Set<String> experimentNames = new HashSet<>();

  LayerCompiler(CompileScope scope) {
    this.scope = scope;
  }

  List<ExperimentLayer> compile(Route route) {
    scope.count("layers", route.getLayersCount(), MOST_LAYERS);
    var layers = new ArrayList<ExperimentLayer>();
    var names = new HashSet<String>();
    for (int i = 0; i < route.getLayersCount(); i++) {
      Layer layer = route.getLayers(i);
      String at = "layers[" + i + "]";
      once(at, layer.getName(), names);
      layers.add(layer(at, layer));
    }
    return layers;
  }

  private void once(String at, String name, Set<String> names) {
    if (!names.add(scope.name(at + ".name", name, MOST_NAME))) {
      throw scope.invalid(at + ".name", "\"" + name + "\"", "a name that is used once");
    }
  }

  private ExperimentLayer layer(String at, Layer layer) {
    scope.count(at + ".experiments", layer.getExperimentsCount(), MOST_EXPERIMENTS);
    var experiments = new LinkedHashMap<String, ExperimentLayer.Arms>();
    var shares = new LinkedHashMap<String, Integer>();
    for (int i = 0; i < layer.getExperimentsCount(); i++) {
      Experiment experiment = layer.getExperiments(i);
      String within = at + ".experiments[" + i + "]";
      once(within, experiment.getName(), experimentNames);
      experiments.put(experiment.getName(), arms(within, layer, experiment));
      shares.put(
          experiment.getName(),
          scope.range(
              within + ".share_basis_points",
              experiment.getShareBasisPoints(),
              0,
              StickyHash.BUCKETS));
    }
    return new ExperimentLayer(
        scope.keySource(at + ".key", layer.getKey()),
        new StickyHash(layer.getKey().getSalt()),
        scope.buckets(at + ".slots", layer.getSlotsList(), experiments, shares, false),
        experiments.keySet());
  }

  private ExperimentLayer.Arms arms(String at, Layer layer, Experiment experiment) {
    int count = experiment.getArmsCount();
    if (count < 1 || count > MOST_ARMS) {
      throw scope.invalid(at + ".arms", count, "1 to " + MOST_ARMS);
    }
    var arms = new LinkedHashMap<String, ExperimentArm>();
    var weights = new LinkedHashMap<String, Integer>();
    for (int i = 0; i < count; i++) {
      var arm = experiment.getArms(i);
      String within = at + ".arms[" + i + "]";
      int weight =
          scope.range(
              within + ".weight_basis_points", arm.getWeightBasisPoints(), 0, StickyHash.BUCKETS);
      String name = scope.name(within + ".name", arm.getName(), MOST_NAME);
      RouteVariant variant = scope.variant(within + ".variant", arm.getVariant());
      var compiled =
          new ExperimentArm(layer.getName(), experiment.getName(), name, variant, weight);
      if (arms.put(name, compiled) != null) {
        throw scope.invalid(within + ".name", "\"" + name + "\"", "a name that is used once");
      }
      weights.put(name, weight);
    }
    return new ExperimentLayer.Arms(
        ExperimentLayer.armHash(layer.getKey().getSalt(), experiment.getName()),
        scope.buckets(at + ".buckets", experiment.getBucketsList(), arms, weights, true));
  }
}
