package dev.weir.monitor.watch;

import dev.weir.monitor.stats.label.ParityTest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether groups of people get the favourable class alike (demographic parity): for each group of
 * each group feature of the version's policy, a test against all others. Groups that are not in the
 * reference, and those over 16 a feature, are one: "other". Single writer.
 */
final class GroupWatch {
  private static final int MOST_GROUPS = 16;
  private static final String OTHER = "other";

  /**
   * One group against all others.
   *
   * @param feature group feature
   * @param group its value
   */
  record Group(String feature, String group, ParityTest test) {}

  private record Feature(String name, int index, Map<String, ParityTest> groups) {}

  private final String favourable;
  private final List<Feature> features = new ArrayList<>();

  /**
   * Watches the groups that a version's policy names; none when it names no favourable class.
   *
   * @param tolerated difference of the rates
   */
  GroupWatch(ModelVersion version, double tolerated) {
    this.favourable = version.getMonitoring().getFavourableClass();
    if (favourable.isEmpty()) {
      return;
    }
    for (FeatureReference feature : version.getReference().getFeaturesList()) {
      if (feature.getIndex() >= 0
          && version.getMonitoring().getGroupFeaturesList().contains(feature.getName())) {
        var groups = new TreeMap<String, ParityTest>();
        feature.getCategoriesMap().entrySet().stream()
            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
            .limit(MOST_GROUPS)
            .forEach(entry -> groups.put(entry.getKey(), new ParityTest(tolerated)));
        groups.put(OTHER, new ParityTest(tolerated));
        features.add(new Feature(feature.getName(), feature.getIndex(), groups));
      }
    }
  }

  /** Takes a prediction; of several rows the first. */
  void observe(Sample sample) {
    if (features.isEmpty() || sample.getPredictedClassesCount() == 0) {
      return;
    }
    boolean favoured = sample.getPredictedClasses(0).equals(favourable);
    var inputs = new SampleInputs(sample);
    for (Feature feature : features) {
      var values = new ArrayList<String>();
      inputs.read(feature.name(), feature.index(), false, new FirstOf(values));
      if (!values.isEmpty()) {
        String group = feature.groups().containsKey(values.getFirst()) ? values.getFirst() : OTHER;
        feature.groups().forEach((name, test) -> test.add(name.equals(group), favoured));
      }
    }
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

  /** All groups, those without enough outcomes too. */
  List<Group> groups() {
    var groups = new ArrayList<Group>();
    for (Feature feature : features) {
      feature.groups().forEach((name, test) -> groups.add(new Group(feature.name(), name, test)));
    }
    return groups;
  }
}
