package dev.weir.platform.grpc;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.tls.ServerTlsConfig;
import java.time.Duration;

/** Where and within which limits a gRPC server listens. */
public record GrpcListenConfig(
    @Setting("Host name or address to bind.") String host,
    @Setting("Port, 0 to 65535; 0 takes any free one.") int port,
    @Setting("Largest message taken, bytes, 1024 to 2147483647.") int maxMessageBytes,
    @Setting("Largest request metadata taken, bytes, 1024 to 1048576.") int maxMetadataBytes,
    @Setting("Concurrent calls per connection, 1 to 100000.") int maxConcurrentCallsPerConnection,
    @Setting("Shortest time between keep-alive pings of a client, 1s to 1h.") Duration minKeepAlive,
    @Setting("Time that calls in flight get when the server stops, 0s to 10m.")
        Duration drainTimeout,
    @Setting("Encryption and client certificates.") ServerTlsConfig tls) {
  public GrpcListenConfig {
    Check.notBlank("host", host);
    Check.port("port", port);
    Check.inRange("maxMessageBytes", maxMessageBytes, 1024, Integer.MAX_VALUE);
    Check.inRange("maxMetadataBytes", maxMetadataBytes, 1024, 1 << 20);
    Check.inRange("maxConcurrentCallsPerConnection", maxConcurrentCallsPerConnection, 1, 100_000);
    Check.inRange("minKeepAlive", minKeepAlive, Duration.ofSeconds(1), Duration.ofHours(1));
    Check.inRange("drainTimeout", drainTimeout, Duration.ZERO, Duration.ofMinutes(10));
  }

  /** The same in plain text. */
  public GrpcListenConfig(
      String host,
      int port,
      int maxMessageBytes,
      int maxMetadataBytes,
      int maxConcurrentCallsPerConnection,
      Duration minKeepAlive,
      Duration drainTimeout) {
    this(
        host,
        port,
        maxMessageBytes,
        maxMetadataBytes,
        maxConcurrentCallsPerConnection,
        minKeepAlive,
        drainTimeout,
        ServerTlsConfig.disabled());
  }

  /** Loopback, the given port, limits that suit tensors. */
  public static GrpcListenConfig onLoopback(int port) {
    return new GrpcListenConfig(
        "127.0.0.1",
        port,
        64 << 20,
        16 << 10,
        1_000,
        Duration.ofSeconds(5),
        Duration.ofSeconds(20));
  }
}
