package dev.weir.router.outcome;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How outcomes are counted and kept for the monitor. */
public record OutcomeConfig(
    @Setting("Length of a slice of time, 10ms to 10s.") Duration slice,
    @Setting(
            "Time after a slice in which its requests may end; the rest is unfinished, 10ms to 5m.")
        Duration observationWindow,
    @Setting(
            "Slices kept while the monitor is away, 1 to 100000; the oldest are dropped and counted.")
        int maxWaitingSlices,
    @Setting(
            "Keys of one rollout that are told apart (8 bytes each), 1 to 16000000; further keys are counted and are no units.")
        int maxStickyUnits) {
  public OutcomeConfig {
    Check.inRange("slice", slice, Duration.ofMillis(10), Duration.ofSeconds(10));
    Check.inRange(
        "observationWindow", observationWindow, Duration.ofMillis(10), Duration.ofMinutes(5));
    Check.inRange("maxWaitingSlices", maxWaitingSlices, 1, 100_000);
    Check.inRange("maxStickyUnits", maxStickyUnits, 1, 16_000_000);
  }

  /** 250 ms; 2 s; 10 minutes of slices; 250,000 keys. */
  public static OutcomeConfig defaults() {
    return new OutcomeConfig(Duration.ofMillis(250), Duration.ofSeconds(2), 2_400, 250_000);
  }
}
