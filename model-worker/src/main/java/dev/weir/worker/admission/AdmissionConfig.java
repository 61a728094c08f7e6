package dev.weir.worker.admission;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How many requests are in the worker at a time. */
public record AdmissionConfig(
    @Setting("Requests admitted at a time, 1 to 100000; also told to routers as the capacity.")
        int maxConcurrency,
    @Setting("Requests that may wait for a place, 0 to 100000; more are refused at once.")
        int maxWaiting,
    @Setting("Longest wait for a place, 0s to 1m; then a request is refused.") Duration maxWait,
    @Setting("Whether each answer tells its caller how busy the worker is (an ORCA load report).")
        boolean loadReports) {
  public AdmissionConfig {
    Check.inRange("maxConcurrency", maxConcurrency, 1, 100_000);
    Check.inRange("maxWaiting", maxWaiting, 0, 100_000);
    Check.inRange("maxWait", maxWait, Duration.ZERO, Duration.ofMinutes(1));
  }

  /** 64 at a time, 512 waiting, each at most 500 ms. */
  public static AdmissionConfig defaults() {
    return new AdmissionConfig(64, 512, Duration.ofMillis(500), true);
  }
}
