package dev.weir.worker.sampling;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How many predictions are kept for the monitor, and how much of each. */
public record SamplingConfig(
    @Setting("Share of randomisation units whose predictions are kept, 0 to 1.") double rate,
    @Setting("Predictions that may wait to be sent, 1 to 1000000; more are dropped and counted.")
        int maxQueued,
    @Setting(
            "Bytes of predictions that may wait to be sent, 1024 to 4294967296; more are dropped and counted.")
        long maxQueuedBytes,
    @Setting("Time between batches, 10ms to 10s.") Duration interval,
    @Setting("Predictions in one batch, 1 to 10000.") int maxBatch,
    @Setting(
            "Largest total of one prediction's inputs, and of its outputs, that is sent with it, bytes, 0 to 16777216.")
        int maxTensorBytes,
    @Setting("Rows of one prediction whose class and confidence are sent, 1 to 100000.")
        int maxRows,
    @Setting("Time that the monitor gets to take a batch, 10ms to 1m.") Duration sendTimeout) {
  public SamplingConfig {
    Check.inRange("rate", rate, 0.0, 1.0);
    Check.inRange("maxQueued", maxQueued, 1, 1_000_000);
    Check.inRange("maxQueuedBytes", maxQueuedBytes, 1024, 1L << 32);
    Check.inRange("interval", interval, Duration.ofMillis(10), Duration.ofSeconds(10));
    Check.inRange("maxBatch", maxBatch, 1, 10_000);
    Check.inRange("maxTensorBytes", maxTensorBytes, 0, 16 << 20);
    Check.inRange("maxRows", maxRows, 1, 100_000);
    Check.inRange("sendTimeout", sendTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
  }

  /** Everything, at most 10,000 predictions and 64 MiB waiting. */
  public static SamplingConfig defaults() {
    return new SamplingConfig(
        1.0,
        10_000,
        64L << 20,
        Duration.ofMillis(200),
        500,
        16 << 10,
        1_024,
        Duration.ofSeconds(2));
  }
}
