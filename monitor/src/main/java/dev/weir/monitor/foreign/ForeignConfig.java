package dev.weir.monitor.foreign;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How calls are read from the spans of other senders. */
public record ForeignConfig(
    @Setting("Whether spans of senders that are not of this mesh are counted as calls.")
        boolean enabled,
    @Setting(
            "How long after a second its calls are waited for, by the sender's own time, 1s to 5m; longer than a call and the exporter's delay together, shorter shows and finds things sooner.")
        Duration grace,
    @Setting("Senders told apart, 1 to 100000; then the one heard longest ago is forgotten.")
        int maxSenders,
    @Setting("Calls that wait for the end of their second, 1 to 10000000.") int maxWaitingCalls) {
  public ForeignConfig {
    Check.inRange("grace", grace, Duration.ofSeconds(1), Duration.ofMinutes(5));
    Check.inRange("maxSenders", maxSenders, 1, 100_000);
    Check.inRange("maxWaitingCalls", maxWaitingCalls, 1, 10_000_000);
  }

  /** On; a grace that suits exporters that send every five seconds. */
  public static ForeignConfig defaults() {
    return new ForeignConfig(true, Duration.ofSeconds(10), 1_024, 100_000);
  }
}
