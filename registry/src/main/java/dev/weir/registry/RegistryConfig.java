package dev.weir.registry;

import dev.weir.platform.config.Setting;
import dev.weir.platform.discovery.EmbeddedDiscoveryConfig;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.http.HttpListenConfig;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.tls.ClientTlsConfig;
import java.nio.file.Path;
import java.time.Duration;

/** The registry's configuration. */
public record RegistryConfig(
    @Setting("Name of this instance, for telemetry.") String instance,
    @Setting("Data folder: the database and the artifacts.") Path data,
    GrpcListenConfig grpc,
    HttpListenConfig http,
    TelemetryConfig telemetry,
    @Setting("Encryption of connections to https collectors.") ClientTlsConfig tls,
    EmbeddedDiscoveryConfig embeddedDiscovery,
    Rollouts rollouts,
    Limits limits) {
  public RegistryConfig {
    Check.notBlank("instance", instance);
  }

  /** How rollouts are driven. */
  public record Rollouts(
      @Setting("Time between two looks at rollouts that wait, 10ms to 10s.") Duration tickInterval,
      @Setting("Age up to which a verdict is a licence to go on, 1s to 5m.")
          Duration verdictFreshness,
      @Setting("Age up to which a worker's report counts, 1s to 5m.") Duration workerExpiry,
      @Setting(
              "Time that workers keep a version after nothing needs it any more, for requests in"
                  + " flight, 0s to 1h.")
          Duration placementGrace,
      @Setting(
              "Shortest time between two snapshots that differ only in what rollouts wait for,"
                  + " 100ms to 1m.")
          Duration softInterval,
      @Setting("Rollouts that are over and still part of snapshots, 0 to 1000.") int kept) {
    public Rollouts {
      Check.inRange("tickInterval", tickInterval, Duration.ofMillis(10), Duration.ofSeconds(10));
      Check.inRange(
          "verdictFreshness", verdictFreshness, Duration.ofSeconds(1), Duration.ofMinutes(5));
      Check.inRange("workerExpiry", workerExpiry, Duration.ofSeconds(1), Duration.ofMinutes(5));
      Check.inRange("placementGrace", placementGrace, Duration.ZERO, Duration.ofHours(1));
      Check.inRange("softInterval", softInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
      Check.inRange("kept", kept, 0, 1_000);
    }
  }

  /** What is refused when there is too much of it. */
  public record Limits(
      @Setting("Largest artifact, bytes, 1 to 1099511627776.") long maxArtifactBytes,
      @Setting("Uploads at once, 1 to 1000.") int maxConcurrentUploads,
      @Setting("Longest silence within an upload, 1s to 1h.") Duration uploadIdleTimeout,
      @Setting("Versions in all, 1 to 1000000.") int maxVersions,
      @Setting("Routes in all, 1 to 100000.") int maxRoutes,
      @Setting("Snapshot watchers at once, 1 to 100000.") int maxWatchers,
      @Setting("Workers that report at once, 1 to 100000.") int maxWorkers) {
    public Limits {
      Check.inRange("maxArtifactBytes", maxArtifactBytes, 1, 1L << 40);
      Check.inRange("maxConcurrentUploads", maxConcurrentUploads, 1, 1_000);
      Check.inRange(
          "uploadIdleTimeout", uploadIdleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
      Check.inRange("maxVersions", maxVersions, 1, 1_000_000);
      Check.inRange("maxRoutes", maxRoutes, 1, 100_000);
      Check.inRange("maxWatchers", maxWatchers, 1, 100_000);
      Check.inRange("maxWorkers", maxWorkers, 1, 100_000);
    }
  }

  /** Loopback, ports 8010 and 8011, data in {@code data/registry}. */
  public static RegistryConfig defaults() {
    return new RegistryConfig(
        "registry-1",
        Path.of("data", "registry"),
        GrpcListenConfig.onLoopback(8010),
        HttpListenConfig.onLoopback(8011),
        TelemetryConfig.defaults(),
        ClientTlsConfig.disabled(),
        EmbeddedDiscoveryConfig.defaults(),
        new Rollouts(
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            Duration.ofSeconds(6),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            20),
        new Limits(1L << 30, 8, Duration.ofSeconds(60), 10_000, 1_000, 1_000, 1_000));
  }
}
