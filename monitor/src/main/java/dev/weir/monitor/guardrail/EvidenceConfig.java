package dev.weir.monitor.guardrail;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How evidence is kept and verdicts are sent. */
public record EvidenceConfig(
    @Setting(
            "Time between verdicts on each active rollout, 50ms to 1m; a violation is sent at once.")
        Duration verdictInterval,
    @Setting("Time between saves of the evidence while it changes, 100ms to 1m.")
        Duration saveInterval,
    @Setting("Rollouts whose evidence is kept, 1 to 10000; those that are over go first.")
        int maxRollouts,
    @Setting(
            "Sticky units that each test of a rollout remembers, 1 to 10000000; 16 to 32 bytes each, further ones are not counted.")
        int maxStickyUnits) {
  public EvidenceConfig {
    Check.inRange("verdictInterval", verdictInterval, Duration.ofMillis(50), Duration.ofMinutes(1));
    Check.inRange("saveInterval", saveInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
    Check.inRange("maxRollouts", maxRollouts, 1, 10_000);
    Check.inRange("maxStickyUnits", maxStickyUnits, 1, 10_000_000);
  }

  /** Verdicts every 500 ms, saves every second, 64 rollouts, 200,000 sticky units. */
  public static EvidenceConfig defaults() {
    return new EvidenceConfig(Duration.ofMillis(500), Duration.ofSeconds(1), 64, 200_000);
  }
}
