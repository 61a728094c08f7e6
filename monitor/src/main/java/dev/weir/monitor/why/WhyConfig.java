package dev.weir.monitor.why;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** What is counted to explain changes. */
public record WhyConfig(
    @Setting("Samples that wait to be looked at, 1 to 10000000; more are dropped and counted.")
        int maxWaitingSamples,
    @Setting("Features counted by their buckets, of one version, 1 to 1000.") int maxFeatures,
    @Setting("Versions of routes counted at once, 1 to 1000; the one unseen longest is forgotten.")
        int maxVersions,
    @Setting("Predicted classes counted by themselves, of one version, 1 to 100.") int maxClasses,
    @Setting("Length of a window, by the samples' own time, 1s to 1d.") Duration window,
    @Setting("Windows kept, 2 to 1000.") int windows,
    @Setting(
            "Predictions whose buckets are kept until their label comes, and labels that wait for them, 1 to 10000000 each.")
        int maxRemembered,
    @Setting(
            "Newest traced predictions kept as examples, of each event of one version, 0 to 10000.")
        int maxExamples,
    @Setting(
            "Newest changes of routes, rollouts, versions and aliases kept to be shown beside what changed, 1 to 100000.")
        int maxDeployments) {
  public WhyConfig {
    Check.inRange("maxWaitingSamples", maxWaitingSamples, 1, 10_000_000);
    Check.inRange("maxFeatures", maxFeatures, 1, 1_000);
    Check.inRange("maxVersions", maxVersions, 1, 1_000);
    Check.inRange("maxClasses", maxClasses, 1, 100);
    Check.inRange("window", window, Duration.ofSeconds(1), Duration.ofDays(1));
    Check.inRange("windows", windows, 2, 1_000);
    Check.inRange("maxRemembered", maxRemembered, 1, 10_000_000);
    Check.inRange("maxExamples", maxExamples, 0, 10_000);
    Check.inRange("maxDeployments", maxDeployments, 1, 100_000);
  }

  /** Two hours in windows of five minutes, for 32 versions of 32 features and 8 classes. */
  public static WhyConfig defaults() {
    return new WhyConfig(100_000, 32, 32, 8, Duration.ofMinutes(5), 24, 50_000, 64, 1_000);
  }
}
