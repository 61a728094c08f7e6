package dev.weir.router.balance;

import java.time.Duration;

/** Settings for tests. */
final class Balancing {
  private Balancing() {}

  /** As by default, without a slow start. */
  static BalanceConfig by(BalancePolicy policy) {
    return with(policy, Duration.ZERO, 0, 1_024);
  }

  static BalanceConfig with(
      BalancePolicy policy, Duration slowStart, int subsetSize, int maxInFlightPerWorker) {
    return new BalanceConfig(
        policy,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        slowStart,
        1.0,
        Duration.ofSeconds(10),
        subsetSize,
        maxInFlightPerWorker);
  }
}
