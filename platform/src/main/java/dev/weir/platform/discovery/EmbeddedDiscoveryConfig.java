package dev.weir.platform.discovery;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** Limits of the embedded discovery, where it is served. */
public record EmbeddedDiscoveryConfig(
    @Setting("Instances that may be registered at once, 1 to 100000; more are refused and counted.")
        int maxInstances,
    @Setting("Watches that may be open at once, 1 to 100000; more are refused and counted.")
        int maxWatches,
    @Setting(
            "Time after the start in which nobody is told that an instance is gone, since it may"
                + " only not have renewed its lease yet, 0s to 5m.")
        Duration startingTime) {
  public EmbeddedDiscoveryConfig {
    Check.inRange("maxInstances", maxInstances, 1, 100_000);
    Check.inRange("maxWatches", maxWatches, 1, 100_000);
    Check.inRange("startingTime", startingTime, Duration.ZERO, Duration.ofMinutes(5));
  }

  /** Far more than a mesh has; 10 s, three renewals of the slowest. */
  public static EmbeddedDiscoveryConfig defaults() {
    return new EmbeddedDiscoveryConfig(10_000, 10_000, Duration.ofSeconds(10));
  }
}
