package dev.weir.router.mirror;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;

/** What copies of requests may take. */
public record MirrorConfig(
    @Setting(
            "Bytes of copies under way at the same time, in all, 0 to 1073741824; further copies are dropped and counted.")
        long maxBytes,
    @Setting(
            "Pairs of answers that wait to be compared, 1 to 10000; further ones are told of without a comparison.")
        int maxComparing,
    @Setting(
            "Pairs kept while the monitor is away, 1 to 1000000; further ones are dropped and counted.")
        int maxWaiting) {
  public MirrorConfig {
    Check.inRange("maxBytes", maxBytes, 0L, 1L << 30);
    Check.inRange("maxComparing", maxComparing, 1, 10_000);
    Check.inRange("maxWaiting", maxWaiting, 1, 1_000_000);
  }

  /** 32 MiB; 128 comparisons; 20,000 pairs. */
  public static MirrorConfig defaults() {
    return new MirrorConfig(32L << 20, 128, 20_000);
  }
}
