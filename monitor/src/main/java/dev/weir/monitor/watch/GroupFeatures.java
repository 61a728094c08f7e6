package dev.weir.monitor.watch;

import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The group features of a version's policy, and which of their values are groups: the 16 most
 * frequent of the reference that have 100 rows or more in it. All others are one group, "other".
 * Immutable.
 */
final class GroupFeatures {
  /** The group of all that are not told apart. */
  static final String OTHER = "other";

  private static final int MOST_GROUPS = 16;
  private static final int LEAST_ROWS = 100;

  private final String favourable;
  private final List<Feature> features;

  /**
   * One feature.
   *
   * @param index place in the last dimension of the input
   * @param groups that are told apart
   * @param merged categories of the reference that are in "other"
   */
  record Feature(String name, int index, Set<String> groups, Set<String> merged) {
    private static Feature of(FeatureReference reference, long rows) {
      Set<String> groups =
          reference.getCategoriesMap().entrySet().stream()
              .filter(entry -> rows == 0 || entry.getValue() * rows >= LEAST_ROWS - 1e-6)
              .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
              .limit(MOST_GROUPS)
              .map(Map.Entry::getKey)
              .collect(Collectors.toCollection(TreeSet::new));
      var merged = new TreeSet<>(reference.getCategoriesMap().keySet());
      merged.removeAll(groups);
      return new Feature(reference.getName(), reference.getIndex(), groups, merged);
    }
  }

  private GroupFeatures(String favourable, List<Feature> features) {
    this.favourable = favourable;
    this.features = List.copyOf(features);
  }

  /** Those of a version; none when its policy names no favourable class. */
  static GroupFeatures of(ModelVersion version) {
    String favourable = version.getMonitoring().getFavourableClass();
    var features = new ArrayList<Feature>();
    if (!favourable.isEmpty()) {
      for (FeatureReference feature : version.getReference().getFeaturesList()) {
        if (feature.getIndex() >= 0
            && version.getMonitoring().getGroupFeaturesList().contains(feature.getName())) {
          features.add(Feature.of(feature, version.getReference().getRows()));
        }
      }
    }
    return new GroupFeatures(favourable, features);
  }

  List<Feature> features() {
    return features;
  }

  /** The class that people hope for; empty: groups are not compared. */
  String favourable() {
    return favourable;
  }

  /** The group of a sample's first row; empty: the feature is missing. */
  static Optional<String> groupOf(Feature feature, SampleInputs inputs) {
    var values = new ArrayList<String>();
    inputs.read(feature.name(), feature.index(), false, new FirstOf(values));
    return values.stream()
        .findFirst()
        .map(value -> feature.groups().contains(value) ? value : OTHER);
  }

  /** Whether a sample's first row was predicted to be of the favourable class. */
  boolean isFavoured(Sample sample) {
    return sample.getPredictedClasses(0).equals(favourable);
  }

  private record FirstOf(List<String> values) implements SampleInputs.Rows {
    @Override
    public void number(double value) {
      category(TensorValues.category(value));
    }

    @Override
    public void category(String value) {
      if (values.isEmpty()) {
        values.add(value);
      }
    }

    @Override
    public void missing() {
      // whoever has no group is compared with nobody
    }
  }
}
