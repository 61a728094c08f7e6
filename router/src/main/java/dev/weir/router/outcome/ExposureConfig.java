package dev.weir.router.outcome;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;

/** What is kept of who saw which arm of an experiment. */
public record ExposureConfig(
    @Setting(
            "Units of experiments that are told apart (16 to 32 bytes each), 1 to 16000000; further ones are dropped and counted.")
        int maxUnits,
    @Setting(
            "Exposures kept while the monitor is away, 1 to 1000000; further ones are dropped and counted.")
        int maxWaiting) {
  public ExposureConfig {
    Check.inRange("maxUnits", maxUnits, 1, 16_000_000);
    Check.inRange("maxWaiting", maxWaiting, 1, 1_000_000);
  }

  /** 500,000 units; 50,000 waiting. */
  public static ExposureConfig defaults() {
    return new ExposureConfig(500_000, 50_000);
  }
}
