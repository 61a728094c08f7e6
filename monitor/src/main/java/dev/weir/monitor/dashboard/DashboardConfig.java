package dev.weir.monitor.dashboard;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.time.Duration;

/** Bounds of the dashboard. */
public record DashboardConfig(
    @Setting("Time between pushes of the state, 200ms to 1m.") Duration pushInterval,
    @Setting("Pages that are pushed to at once, 1 to 10000; one more gets status 503.")
        int maxListeners,
    @Setting("States that a slow page may lag behind before it is cut off, 1 to 100.") int maxLag,
    @Setting("Variants of all routes whose traffic is shown, 1 to 10000.") int maxVariants,
    @Setting(
            "Address of Jaeger's page of one trace, with {trace} where the id goes; empty: no link.")
        String jaegerUrl) {
  private static final String TRACE = "{trace}";

  public DashboardConfig {
    Check.inRange("pushInterval", pushInterval, Duration.ofMillis(200), Duration.ofMinutes(1));
    Check.inRange("maxListeners", maxListeners, 1, 10_000);
    Check.inRange("maxLag", maxLag, 1, 100);
    Check.inRange("maxVariants", maxVariants, 1, 10_000);
    boolean isTemplate = jaegerUrl.matches("https?://.*") && jaegerUrl.contains(TRACE);
    if (!jaegerUrl.isEmpty() && !isTemplate) {
      throw new InvalidValueException(
          "jaegerUrl", jaegerUrl, "empty, or http(s)://... with {trace} in it");
    }
  }

  /** Once a second to at most 32 pages; 64 variants. */
  public static DashboardConfig defaults() {
    return new DashboardConfig(Duration.ofSeconds(1), 32, 3, 64, "");
  }
}
