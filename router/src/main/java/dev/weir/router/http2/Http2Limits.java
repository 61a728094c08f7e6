package dev.weir.router.http2;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import java.time.Duration;

/**
 * What one HTTP/2 connection may cost. Reaching a limit is answered as RFC 9113 says, and counted.
 */
public record Http2Limits(
    @Setting("Bytes of one stream that may be under way, 65535 to 67108864.") int streamWindow,
    @Setting("Bytes of one connection that may be under way, 65535 to 1073741824.")
        int connectionWindow,
    @Setting("Streams that a client may reset, or make us reset, per second, 1 to 1000000.")
        int maxResetsPerSecond,
    @Setting(
            "PING, SETTINGS, PRIORITY, empty DATA and unknown frames of a peer per second, 1 to"
                + " 1000000.")
        int maxControlFramesPerSecond,
    @Setting(
            "WINDOW_UPDATE frames of a peer per second beyond those that our own DATA explains, 1 to"
                + " 1000000.")
        int maxWindowUpdatesPerSecond,
    @Setting("Bytes that wait for a peer that does not read, beyond DATA, 4096 to 16777216.")
        int maxControlBytesWaiting,
    @Setting("Time for a preface, a TLS handshake or a header block to arrive whole, 100ms to 5m.")
        Duration frameTimeout,
    @Setting("Silence after which a peer is asked for a sign of life, 1s to 1h.")
        Duration keepAlive,
    @Setting("Time for that sign to come, 100ms to 5m.") Duration keepAliveTimeout,
    @Setting(
            "Age at which a client is asked to connect anew, with a random tenth more or less, 1s"
                + " to 30d.")
        Duration maxConnectionAge,
    @Setting("Client connections at the same time, 1 to 1000000.") int maxConnections) {
  public Http2Limits {
    Check.inRange("streamWindow", streamWindow, 65_535, 64 << 20);
    Check.inRange("connectionWindow", connectionWindow, 65_535, 1 << 30);
    Check.inRange("maxResetsPerSecond", maxResetsPerSecond, 1, 1_000_000);
    Check.inRange("maxControlFramesPerSecond", maxControlFramesPerSecond, 1, 1_000_000);
    Check.inRange("maxWindowUpdatesPerSecond", maxWindowUpdatesPerSecond, 1, 1_000_000);
    Check.inRange("maxControlBytesWaiting", maxControlBytesWaiting, 4096, 16 << 20);
    Check.inRange("frameTimeout", frameTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
    Check.inRange("keepAlive", keepAlive, Duration.ofSeconds(1), Duration.ofHours(1));
    Check.inRange(
        "keepAliveTimeout", keepAliveTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
    Check.inRange("maxConnectionAge", maxConnectionAge, Duration.ofSeconds(1), Duration.ofDays(30));
    Check.inRange("maxConnections", maxConnections, 1, 1_000_000);
  }

  /** Limits that no well-behaved gRPC client meets. */
  public static Http2Limits defaults() {
    return new Http2Limits(
        1 << 20,
        16 << 20,
        200,
        200,
        2_000,
        256 << 10,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofHours(1),
        10_000);
  }
}
