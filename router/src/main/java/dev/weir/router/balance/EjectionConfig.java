package dev.weir.router.balance;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** When a version on a worker is taken out of rotation, and for how long. */
public record EjectionConfig(
    @Setting("Failures in a row (UNAVAILABLE) that take a version on a worker out, 1 to 1000.")
        int consecutiveFailures,
    @Setting(
            "Time out of rotation after the first ejection, doubled by each further one, 1ms to 10m.")
        Duration firstBackoff,
    @Setting("Longest time out of rotation, 1ms to 1h.") Duration longestBackoff,
    @Setting("Time after which a probe that has not ended may be repeated, 1ms to 10m.")
        Duration probeTimeout,
    @Setting("False: ejections are counted as detected but not made.") boolean enforced) {
  public EjectionConfig {
    Check.inRange("consecutiveFailures", consecutiveFailures, 1, 1000);
    Check.inRange("firstBackoff", firstBackoff, Duration.ofMillis(1), Duration.ofMinutes(10));
    Check.inRange("longestBackoff", longestBackoff, Duration.ofMillis(1), Duration.ofHours(1));
    Check.inRange("probeTimeout", probeTimeout, Duration.ofMillis(1), Duration.ofMinutes(10));
  }

  /** 5 failures; 1 s, doubling to 30 s; probes may be repeated after 10 s. */
  public static EjectionConfig defaults() {
    return new EjectionConfig(
        5, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(10), true);
  }
}
