package dev.weir.platform.http;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;
import dev.weir.platform.tls.ServerTlsConfig;

/** Where the HTTP port listens. */
public record HttpListenConfig(
    @Setting("Host name or address to bind.") String host,
    @Setting("Port, 0 to 65535; 0 takes any free one.") int port,
    @Setting("Largest request body taken, bytes, 0 to 2147483647.") int maxBodyBytes,
    @Setting("Encryption and client certificates.") ServerTlsConfig tls) {
  public HttpListenConfig {
    Check.notBlank("host", host);
    Check.port("port", port);
    Check.inRange("maxBodyBytes", maxBodyBytes, 0, Integer.MAX_VALUE);
  }

  /** The same in plain text. */
  public HttpListenConfig(String host, int port, int maxBodyBytes) {
    this(host, port, maxBodyBytes, ServerTlsConfig.disabled());
  }

  /** Loopback, the given port, bodies up to 1 MiB. */
  public static HttpListenConfig onLoopback(int port) {
    return new HttpListenConfig("127.0.0.1", port, 1 << 20);
  }
}
