package dev.weir.router.exchange;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** What holds for routes that do not say otherwise. */
public record RetryConfig(
    @Setting("Longest time for an answer, 1ms to 1h.") Duration timeout,
    @Setting("Tries and hedges of one request by one version, 1 (no retry) to 3.") int maxAttempts,
    @Setting("Retries and hedges as a share of a route's requests, 0 to 1.") double budgetShare,
    @Setting("Retries and hedges per second that each route has on top, 0 to 10000.")
        int budgetPerSecond,
    @Setting("Time that the share refers to, 1s to 10m.") Duration budgetWindow,
    @Setting("Longest wait that a worker's retry pushback may ask for, 0s to 1m; beyond: no retry.")
        Duration longestPushback,
    @Setting("Retry pushback that clients are told when no worker can answer, 0s to 10m.")
        Duration clientPushback) {
  public RetryConfig {
    Check.inRange("timeout", timeout, Duration.ofMillis(1), Duration.ofHours(1));
    Check.inRange("maxAttempts", maxAttempts, 1, 3);
    Check.inRange("budgetShare", budgetShare, 0.0, 1.0);
    Check.inRange("budgetPerSecond", budgetPerSecond, 0, 10_000);
    Check.inRange("budgetWindow", budgetWindow, Duration.ofSeconds(1), Duration.ofMinutes(10));
    Check.inRange("longestPushback", longestPushback, Duration.ZERO, Duration.ofMinutes(1));
    Check.inRange("clientPushback", clientPushback, Duration.ZERO, Duration.ofMinutes(10));
  }

  /**
   * 60 s; 2 tries; 20 % and 10 a second over 10 s; pushback up to 1 s is waited, 100 ms is told.
   */
  public static RetryConfig defaults() {
    return new RetryConfig(
        Duration.ofSeconds(60),
        2,
        0.2,
        10,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofMillis(100));
  }
}
