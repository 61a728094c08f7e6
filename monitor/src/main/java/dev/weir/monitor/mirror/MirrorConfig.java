package dev.weir.monitor.mirror;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** Bounds of what is kept of mirrored requests. */
public record MirrorConfig(
    @Setting(
            "Comparisons (route, primary version, shadow version) kept, 1 to 10000; pairs of further ones are dropped and counted.")
        int maxComparisons,
    @Setting("Outputs added up in one comparison, 1 to 1000; further ones are dropped and counted.")
        int maxOutputs,
    @Setting("Most different pairs, and newest failures of the shadow, shown of one, 1 to 100.")
        int maxExamples,
    @Setting("A comparison is forgotten when no pair came for this long, 1s to 7d.")
        Duration forgetAfter) {
  public MirrorConfig {
    Check.inRange("maxComparisons", maxComparisons, 1, 10_000);
    Check.inRange("maxOutputs", maxOutputs, 1, 1_000);
    Check.inRange("maxExamples", maxExamples, 1, 100);
    Check.inRange("forgetAfter", forgetAfter, Duration.ofSeconds(1), Duration.ofDays(7));
  }

  /** 64 comparisons of 16 outputs with 5 examples, for an hour after their last pair. */
  public static MirrorConfig defaults() {
    return new MirrorConfig(64, 16, 5, Duration.ofHours(1));
  }
}
