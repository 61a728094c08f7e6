package dev.weir.router.control;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How the router watches workers. */
public record WatchConfig(
    @Setting("Silence of a worker's status stream after which it gets no new work, 100ms to 1m.")
        Duration silence,
    @Setting("Longest time between tries to reach a worker, 10ms to 1m.") Duration longestBackoff) {
  public WatchConfig {
    Check.inRange("silence", silence, Duration.ofMillis(100), Duration.ofMinutes(1));
    Check.inRange("longestBackoff", longestBackoff, Duration.ofMillis(10), Duration.ofMinutes(1));
  }

  /** 3 s; 1 s. */
  public static WatchConfig defaults() {
    return new WatchConfig(Duration.ofSeconds(3), Duration.ofSeconds(1));
  }
}
