package dev.weir.router.limit;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;

/** What limits keep in memory. */
public record LimitConfig(
    @Setting(
            "Clients whose use of a route is told apart, over all routes, 8 to 4194304; further ones share one allowance per route.")
        int maxClients) {
  public LimitConfig {
    Check.inRange("maxClients", maxClients, 8, 4_194_304);
  }

  /** 65,536 clients. */
  public static LimitConfig defaults() {
    return new LimitConfig(65_536);
  }
}
