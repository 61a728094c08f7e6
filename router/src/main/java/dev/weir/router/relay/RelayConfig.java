package dev.weir.router.relay;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/** How calls are relayed. */
public record RelayConfig(
    @Setting("Event loops; 0: one per processor. 0 to 256.") int loops,
    @Setting("Largest request that is kept for another try, bytes, 0 to 67108864.")
        int keepRequestBytes,
    @Setting("Bytes of requests kept at the same time, in all, 0 to 1073741824.") int keepBytes,
    @Setting(
            "Bytes of compressed requests that are collected or inflated and not sent yet, in all,"
                + " 0 to 1073741824; beyond, such requests are refused.")
        int collectBytes,
    @Setting(
            "Bytes of an answer that are held until its status is known, 0 to 1048576; a longer"
                + " answer cannot be tried elsewhere once it has begun.")
        int holdAnswerBytes,
    @Setting("Bytes that may wait for slow receivers, in all, 1048576 to 17179869184.")
        long maxWaitingBytes,
    @Setting("Connections to a worker, for each loop, 1 to 64.") int connectionsPerWorker,
    @Setting("Calls that may wait for a connection to a worker, for each loop, 1 to 1000000.")
        int maxCallsWaiting,
    @Setting("Time for a connection to a worker to be made, 10ms to 1m.") Duration connectTimeout) {
  public RelayConfig {
    Check.inRange("loops", loops, 0, 256);
    Check.inRange("keepRequestBytes", keepRequestBytes, 0, 64 << 20);
    Check.inRange("keepBytes", keepBytes, 0, 1 << 30);
    Check.inRange("collectBytes", collectBytes, 0, 1 << 30);
    Check.inRange("holdAnswerBytes", holdAnswerBytes, 0, 1 << 20);
    Check.inRange("maxWaitingBytes", maxWaitingBytes, 1L << 20, 16L << 30);
    Check.inRange("connectionsPerWorker", connectionsPerWorker, 1, 64);
    Check.inRange("maxCallsWaiting", maxCallsWaiting, 1, 1_000_000);
    Check.inRange("connectTimeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
  }

  /** For a machine that a router shares. */
  public static RelayConfig defaults() {
    return new RelayConfig(
        0, 1 << 20, 32 << 20, 128 << 20, 64 << 10, 256L << 20, 8, 10_000, Duration.ofSeconds(2));
  }
}
