package dev.weir.registry.route;

import dev.weir.proto.route.v1.BucketRange;
import dev.weir.proto.route.v1.Experiment;
import dev.weir.proto.route.v1.ExperimentArm;
import dev.weir.proto.route.v1.Layer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which slots of a layer belong to which experiment, and which buckets of an experiment to which
 * arm: grown out of the previous layouts by {@link StickyLayout}, so that a key changes its place
 * only when the shares that changed ask for it.
 */
final class LayerLayout {
  /** Owner of the slots that belong to no experiment; they are not written down. */
  private static final String NOBODY = "";

  private LayerLayout() {}

  static List<Layer> relayout(List<Layer> previous, List<Layer> wanted) {
    Map<String, Layer> before =
        previous.stream().collect(Collectors.toMap(Layer::getName, Function.identity()));
    return wanted.stream()
        .map(layer ->
            relayout(before.getOrDefault(layer.getName(), Layer.getDefaultInstance()), layer))
        .toList();
  }

  private static Layer relayout(Layer previous, Layer wanted) {
    Map<String, Experiment> before =
        previous.getExperimentsList().stream()
            .collect(Collectors.toMap(Experiment::getName, Function.identity()));
    Layer.Builder layer = wanted.toBuilder().clearSlots().clearExperiments();
    var shares = new LinkedHashMap<String, Integer>();
    int rest = StickyLayout.BUCKETS;
    for (Experiment experiment : wanted.getExperimentsList()) {
      shares.put(experiment.getName(), experiment.getShareBasisPoints());
      rest -= experiment.getShareBasisPoints();
      layer.addExperiments(
          relayout(
              before.getOrDefault(experiment.getName(), Experiment.getDefaultInstance()),
              experiment));
    }
    shares.put(NOBODY, rest);
    List<BucketRange> slots = StickyLayout.relayout(previous.getSlotsList(), shares);
    return layer
        .addAllSlots(slots.stream().filter(r -> !r.getVariant().equals(NOBODY)).toList())
        .build();
  }

  private static Experiment relayout(Experiment previous, Experiment wanted) {
    var weights = new LinkedHashMap<String, Integer>();
    for (ExperimentArm arm : wanted.getArmsList()) {
      weights.put(arm.getName(), arm.getWeightBasisPoints());
    }
    return wanted.toBuilder()
        .clearBuckets()
        .addAllBuckets(StickyLayout.relayout(previous.getBucketsList(), weights))
        .build();
  }
}
