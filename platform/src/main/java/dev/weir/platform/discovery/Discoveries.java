package dev.weir.platform.discovery;

import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import io.grpc.Channel;

/** Opens the discovery that the configuration names. */
public final class Discoveries {
  private Discoveries() {}

  /**
   * Opens it; nothing is connected yet, and nobody is waited for.
   *
   * @param registry channel to the registry, used by the embedded discovery only
   */
  public static Discovery open(
      DiscoveryConfig config, Channel registry, Clock clock, Scheduler scheduler) {
    return switch (config.kind()) {
      case EMBEDDED -> new EmbeddedDiscovery(registry, config.timeToLive(), scheduler);
      case STATIC -> new StaticDiscovery(config.staticInstances());
      case CONSUL -> throw new UnsupportedOperationException("consul, at " + clock.now());
    };
  }
}
