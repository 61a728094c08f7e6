package dev.weir.monitor.replay;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;

/** How much of what the tests were fed is kept. */
public record ReplayConfig(
    @Setting(
            "Bytes kept of each rollout, 65536 to 17179869184; what comes beyond cannot be replayed, and is counted.")
        long maxBytesPerRollout,
    @Setting("Rollouts kept, 1 to 100000; the oldest go first.") int maxRollouts,
    @Setting(
            "Bytes that wait in memory for the next save, 1048576 to 4294967296; beyond it a rollout is kept no further, and counted.")
        long maxWaitingBytes) {
  public ReplayConfig {
    Check.inRange("maxBytesPerRollout", maxBytesPerRollout, 1L << 16, 16L << 30);
    Check.inRange("maxRollouts", maxRollouts, 1, 100_000);
    Check.inRange("maxWaitingBytes", maxWaitingBytes, 1L << 20, 4L << 30);
  }

  /** 256 MiB of each of 500 rollouts; 64 MiB in memory. */
  public static ReplayConfig defaults() {
    return new ReplayConfig(256L << 20, 500, 64L << 20);
  }
}
