package dev.weir.registry.model;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.registry.v1.FeatureReference;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** What a version's monitoring policy must look like, beside its reference and signature. */
final class MonitoringChecks {
  private static final String AT = "header.monitoring";
  private static final int MAX_GROUP_FEATURES = 64;
  private static final int MAX_CLASS = 255;
  private static final long LONGEST_KEPT_SECONDS = 366L * 86_400;
  private static final int LARGEST_NANOS = 999_999_999;

  private MonitoringChecks() {}

  /**
   * @throws InvalidValueException naming the first field that breaks its rule
   */
  static void check(ModelVersion version) {
    MonitoringPolicy policy = version.getMonitoring();
    groups(version);
    Names.text(AT + ".favourable_class", policy.getFavourableClass(), MAX_CLASS);
    if (!policy.getFavourableClass().isEmpty()
        && version.getSignature().getClassOutput().isEmpty()) {
      throw new InvalidValueException(
          AT + ".favourable_class",
          policy.getFavourableClass(),
          "empty, or a signature that names a class_output");
    }
    keeping(policy);
    double epsilon = policy.getPrivacyEpsilon();
    if (!Double.isFinite(epsilon) || epsilon < 0) {
      throw new InvalidValueException(
          AT + ".privacy_epsilon", epsilon, "a finite number of at least 0");
    }
  }

  private static void groups(ModelVersion version) {
    MonitoringPolicy policy = version.getMonitoring();
    Check.inRange(
        AT + ".group_features count", policy.getGroupFeaturesCount(), 0, MAX_GROUP_FEATURES);
    Set<String> categorical = categorical(version);
    var seen = new HashSet<String>();
    for (String group : policy.getGroupFeaturesList()) {
      if (!categorical.contains(group)) {
        throw new InvalidValueException(
            AT + ".group_features",
            "\"" + group + "\"",
            "features of the reference that have categories "
                + categorical.stream().limit(20).toList());
      }
      if (!seen.add(group)) {
        throw new InvalidValueException(AT + ".group_features", group, "a name used once");
      }
    }
  }

  private static Set<String> categorical(ModelVersion version) {
    var names = new TreeSet<String>();
    for (FeatureReference feature : version.getReference().getFeaturesList()) {
      if (feature.getCategoriesCount() > 0) {
        names.add(feature.getName());
      }
    }
    return names;
  }

  private static void keeping(MonitoringPolicy policy) {
    if (!policy.hasKeepSamplesFor()) {
      return;
    }
    long seconds = policy.getKeepSamplesFor().getSeconds();
    int nanos = policy.getKeepSamplesFor().getNanos();
    boolean fits =
        seconds >= 0
            && nanos >= 0
            && nanos <= LARGEST_NANOS
            && (seconds < LONGEST_KEPT_SECONDS || seconds == LONGEST_KEPT_SECONDS && nanos == 0);
    if (!fits) {
      throw new InvalidValueException(
          AT + ".keep_samples_for",
          nanos == 0 ? seconds + "s" : seconds + "s " + nanos + "ns",
          "0s to 31622400s (366 days)");
    }
  }
}
