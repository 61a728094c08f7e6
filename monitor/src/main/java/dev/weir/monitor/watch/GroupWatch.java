package dev.weir.monitor.watch;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.label.ParityTest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether groups of people are treated alike: for each group of each group feature of the version's
 * policy, {@link GroupTests} against all others. Single writer.
 *
 * <pre>
 *   uint16 n, n x (text feature, text group, group tests)
 * </pre>
 */
final class GroupWatch {
  /**
   * One group against all others.
   *
   * @param feature group feature
   * @param group its value
   * @param merged categories of the reference that are together in this group; empty: it is one
   */
  record Group(String feature, String group, Set<String> merged, GroupTests tests) {
    /** What was found by a criterion, for people. */
    String words(GroupTests.Criterion criterion, String version) {
      return switch (criterion) {
        case DEMOGRAPHIC_PARITY ->
            "%s %s gets the favourable class of %s in %s"
                .formatted(feature, group, version, against(tests.decisions()));
        case EQUAL_OPPORTUNITY ->
            "of those whose label is the favourable class, %s %s gets it of %s in %s"
                .formatted(feature, group, version, against(tests.favourable()));
        case EQUALISED_ODDS ->
            "%s %s gets the favourable class of %s, when the label is that class, in %s; when it is not, in %s"
                .formatted(
                    feature,
                    group,
                    version,
                    against(tests.favourable()),
                    against(tests.unfavourable()));
      };
    }

    private static String against(ParityTest test) {
      return String.format(
          Locale.ROOT,
          "%.1f %% of %,d, all others in %.1f %% of %,d",
          100 * test.rate(true),
          test.units(true),
          100 * test.rate(false),
          test.units(false));
    }

    /** The rates behind the words. */
    Map<String, Double> figures(GroupTests.Criterion criterion) {
      return switch (criterion) {
        case DEMOGRAPHIC_PARITY -> rates(tests.decisions());
        case EQUAL_OPPORTUNITY -> rates(tests.favourable());
        case EQUALISED_ODDS -> {
          var rates = new TreeMap<>(rates(tests.favourable()));
          rates.put("false_rate", tests.unfavourable().rate(true));
          rates.put("false_rate_of_others", tests.unfavourable().rate(false));
          yield rates;
        }
      };
    }

    private static Map<String, Double> rates(ParityTest test) {
      return Map.of("rate", test.rate(true), "rate_of_others", test.rate(false));
    }
  }

  private record Feature(GroupFeatures.Feature feature, Map<String, GroupTests> groups) {}

  private final GroupFeatures policy;
  private final List<Feature> features = new ArrayList<>();

  /**
   * Watches the groups that a version's policy names; none when it names no favourable class.
   *
   * @param tolerated difference of the rates
   */
  GroupWatch(ModelVersion version, double tolerated) {
    this.policy = GroupFeatures.of(version);
    for (GroupFeatures.Feature feature : policy.features()) {
      var groups = new TreeMap<String, GroupTests>();
      feature.groups().forEach(group -> groups.put(group, new GroupTests(tolerated)));
      groups.put(GroupFeatures.OTHER, new GroupTests(tolerated));
      features.add(new Feature(feature, groups));
    }
  }

  /** Takes a prediction; of several rows the first. */
  void predicted(Sample sample) {
    if (!features.isEmpty() && sample.getPredictedClassesCount() > 0) {
      boolean favoured = policy.isFavoured(sample);
      var inputs = new SampleInputs(sample);
      for (Feature feature : features) {
        Optional<String> group = GroupFeatures.groupOf(feature.feature(), inputs);
        group.ifPresent(own ->
            feature.groups().forEach((name, tests) -> tests.predicted(name.equals(own), favoured)));
      }
    }
  }

  /**
   * Takes a prediction whose label came, first row.
   *
   * @param sample as {@link GroupInputs} leaves it
   */
  void labelled(Sample sample, String actual) {
    if (!features.isEmpty() && sample.getPredictedClassesCount() > 0) {
      boolean favoured = policy.isFavoured(sample);
      boolean deserved = actual.equals(policy.favourable());
      boolean isRight = actual.equals(sample.getPredictedClasses(0));
      var inputs = new SampleInputs(sample);
      for (Feature feature : features) {
        Optional<String> group = GroupFeatures.groupOf(feature.feature(), inputs);
        group.ifPresent(own ->
            feature
                .groups()
                .forEach((name, tests) ->
                    tests.labelled(name.equals(own), favoured, deserved, isRight)));
      }
    }
  }

  /** All groups, those without enough outcomes too. */
  List<Group> groups() {
    var groups = new ArrayList<Group>();
    for (Feature feature : features) {
      feature
          .groups()
          .forEach((name, tests) -> {
            boolean isOther = name.equals(GroupFeatures.OTHER);
            groups.add(
                new Group(
                    feature.feature().name(),
                    name,
                    isOther ? feature.feature().merged() : Set.of(),
                    tests));
          });
    }
    return groups;
  }

  void writeTo(StateWriter out) {
    List<Group> groups = groups();
    out.uint16(groups.size());
    for (Group group : groups) {
      out.text(group.feature()).text(group.group());
      group.tests().writeTo(out);
    }
  }

  /**
   * Takes over what {@link #writeTo} wrote, of groups that are still there.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  void readFrom(StateReader in) {
    int size = in.uint16();
    for (int i = 0; i < size; i++) {
      String feature = in.text();
      String name = in.text();
      groups().stream()
          .filter(group -> group.feature().equals(feature) && group.group().equals(name))
          .map(Group::tests)
          .findFirst()
          .orElseGet(() -> new GroupTests(0))
          .readFrom(in);
    }
  }
}
