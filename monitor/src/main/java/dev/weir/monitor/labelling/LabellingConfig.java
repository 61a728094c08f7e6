package dev.weir.monitor.labelling;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** Which predictions wait for a label. */
public record LabellingConfig(
    @Setting("Predictions that wait for a label, of one route, 1 to 100000: those most worth it.")
        int maxPerRoute,
    @Setting("Routes with a queue, 1 to 10000; the one unseen longest is forgotten.") int maxRoutes,
    @Setting(
            "Predictions remembered in case their shadow disagrees, and requests remembered that did or had their label, 1 to 10000000 each.")
        int maxRemembered,
    @Setting("How long a prediction waits for a label, 1m to 90d.") Duration keepFor,
    @Setting("Labels in one request, 1 to 1000000.") int maxLabels) {
  public LabellingConfig {
    Check.inRange("maxPerRoute", maxPerRoute, 1, 100_000);
    Check.inRange("maxRoutes", maxRoutes, 1, 10_000);
    Check.inRange("maxRemembered", maxRemembered, 1, 10_000_000);
    Check.inRange("keepFor", keepFor, Duration.ofMinutes(1), Duration.ofDays(90));
    Check.inRange("maxLabels", maxLabels, 1, 1_000_000);
  }

  /** 500 for each of 100 routes, for a week. */
  public static LabellingConfig defaults() {
    return new LabellingConfig(500, 100, 20_000, Duration.ofDays(7), 10_000);
  }
}
