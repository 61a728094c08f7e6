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
    @Setting("Share of a version's workers that may be out at once, 0 to 1.")
        double maxEjectedShare,
    @Setting("Time over which workers are compared with their peers, 100ms to 1h.") Duration window,
    @Setting("Requests in the window that a worker must have had to be compared, 1 to 1000000.")
        int minRequests,
    @Setting("Workers with so many requests that there must be, 2 to 1000.") int minWorkers,
    @Setting("Share of errors over its peers' that takes a worker's version out, 0 to 1; 1: never.")
        double errorExcess,
    @Setting(
            "Mean latency as a multiple of its peers' median that takes it out, 1 to 1000; 1000: never.")
        double latencyFactor,
    @Setting("And by how much longer it must be at least, 0s to 10m.") Duration latencySlack,
    @Setting("False: ejections are counted as detected but not made.") boolean enforced) {
  public EjectionConfig {
    Check.inRange("consecutiveFailures", consecutiveFailures, 1, 1000);
    Check.inRange("firstBackoff", firstBackoff, Duration.ofMillis(1), Duration.ofMinutes(10));
    Check.inRange("longestBackoff", longestBackoff, Duration.ofMillis(1), Duration.ofHours(1));
    Check.inRange("probeTimeout", probeTimeout, Duration.ofMillis(1), Duration.ofMinutes(10));
    Check.inRange("maxEjectedShare", maxEjectedShare, 0.0, 1.0);
    Check.inRange("window", window, Duration.ofMillis(100), Duration.ofHours(1));
    Check.inRange("minRequests", minRequests, 1, 1_000_000);
    Check.inRange("minWorkers", minWorkers, 2, 1_000);
    Check.inRange("errorExcess", errorExcess, 0.0, 1.0);
    Check.inRange("latencyFactor", latencyFactor, 1.0, 1_000.0);
    Check.inRange("latencySlack", latencySlack, Duration.ZERO, Duration.ofMinutes(10));
  }

  /**
   * 5 failures, or 20 points more errors or ten times the latency than its peers in 10 s; 1 s out,
   * doubling to 30 s; half of the workers at most; probes may be repeated after 10 s.
   */
  public static EjectionConfig defaults() {
    return new EjectionConfig(
        5,
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        0.5,
        Duration.ofSeconds(10),
        50,
        3,
        0.2,
        10.0,
        Duration.ofMillis(100),
        true);
  }
}
