package dev.weir.platform.discovery;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.grpc.HostAndPort;
import java.time.Duration;
import java.util.List;

/** Which discovery is used. */
public record DiscoveryConfig(
    @Setting("embedded (the registry's own), consul, or static.") Kind kind,
    @Setting("Consul's HTTP address, host:port (kind consul).") String consulAddress,
    @Setting("Prefix of service names in Consul (kind consul).") String consulPrefix,
    @Setting("Fixed instances, service=host:port (kind static).") List<String> staticInstances,
    @Setting("Time after which an instance that is not renewed is gone, 1s to 5m.")
        Duration timeToLive) {
  /** Sources of discovery. */
  public enum Kind {
    /** The registry's own. */
    EMBEDDED,
    /** Consul. */
    CONSUL,
    /** A fixed list. */
    STATIC
  }

  public DiscoveryConfig {
    HostAndPort.parse("consulAddress", consulAddress);
    staticInstances = List.copyOf(staticInstances);
    staticInstances.forEach(StaticDiscovery::parse);
    Check.inRange("timeToLive", timeToLive, Duration.ofSeconds(1), Duration.ofMinutes(5));
  }

  /** The registry's own, 5 s. */
  public static DiscoveryConfig defaults() {
    return new DiscoveryConfig(
        Kind.EMBEDDED, "127.0.0.1:8500", "weir-", List.of(), Duration.ofSeconds(5));
  }
}
