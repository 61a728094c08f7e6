package dev.weir.router.exchange;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** What holds for routes that do not say otherwise. */
public record RetryConfig(
    @Setting("Longest time for an answer, 1ms to 1h.") Duration timeout,
    @Setting("Tries in all for one request, 1 (no retry) to 3.") int maxAttempts) {
  public RetryConfig {
    Check.inRange("timeout", timeout, Duration.ofMillis(1), Duration.ofHours(1));
    Check.inRange("maxAttempts", maxAttempts, 1, 3);
  }

  /** 60 s; 2 tries. */
  public static RetryConfig defaults() {
    return new RetryConfig(Duration.ofSeconds(60), 2);
  }
}
