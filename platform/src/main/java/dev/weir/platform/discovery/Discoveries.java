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
      case EMBEDDED -> {
        var source = new EmbeddedSource(registry, config.timeToLive(), scheduler);
        yield new SourceDiscovery(source, config.timeToLive(), scheduler);
      }
      case CONSUL -> {
        var source = new ConsulSource(config, clock, scheduler);
        yield new SourceDiscovery(source, config.timeToLive(), scheduler);
      }
      case STATIC -> new StaticDiscovery(config.staticInstances());
    };
  }
}
