package dev.weir.router.balance;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How workers are chosen. */
public record BalanceConfig(
    @Setting(
            "least-cost (of two at random, in flight times latency), or round-robin (for comparisons).")
        BalancePolicy policy,
    @Setting("Time in which the weight of an observed latency halves, 100ms to 10m.")
        Duration latencyDecay,
    @Setting("What an attempt that a worker did not take counts as, 0s to 1m.")
        Duration failurePenalty,
    @Setting("Time in which a newly ready version comes to its full share, 0s (off) to 1h.")
        Duration slowStart,
    @Setting("How much a worker's reported utilisation raises its cost, 0 (not at all) to 100.")
        double utilizationWeight,
    @Setting("Age beyond which a load report counts no longer, 100ms to 10m.")
        Duration loadReportMaxAge,
    @Setting("Workers of a version that this router uses, 1 to 10000; 0: all.") int subsetSize,
    @Setting("Requests of this router in one worker at most, 1 to 1000000.")
        int maxInFlightPerWorker) {
  public BalanceConfig {
    Check.inRange("latencyDecay", latencyDecay, Duration.ofMillis(100), Duration.ofMinutes(10));
    Check.inRange("failurePenalty", failurePenalty, Duration.ZERO, Duration.ofMinutes(1));
    Check.inRange("slowStart", slowStart, Duration.ZERO, Duration.ofHours(1));
    Check.inRange("utilizationWeight", utilizationWeight, 0.0, 100.0);
    Check.inRange(
        "loadReportMaxAge", loadReportMaxAge, Duration.ofMillis(100), Duration.ofMinutes(10));
    Check.inRange("subsetSize", subsetSize, 0, 10_000);
    Check.inRange("maxInFlightPerWorker", maxInFlightPerWorker, 1, 1_000_000);
  }

  /** Least cost over 10 s, a slow start of 10 s, all workers, 4,096 requests in each. */
  public static BalanceConfig defaults() {
    return new BalanceConfig(
        BalancePolicy.LEAST_COST,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        1.0,
        Duration.ofSeconds(10),
        0,
        4_096);
  }
}
