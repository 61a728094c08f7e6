package dev.weir.platform.grpc;

import dev.weir.platform.error.InvalidValueException;

/** Host and port of a TCP endpoint. */
public record HostAndPort(String host, int port) {
  public HostAndPort {
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new InvalidValueException("address", host + ":" + port, "host:port, port 0 to 65535");
    }
  }

  /** Reads {@code host:port} or {@code [v6]:port}. */
  public static HostAndPort parse(String name, String text) {
    int colon = text.lastIndexOf(':');
    try {
      if (colon > 0) {
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
          host = host.substring(1, host.length() - 1);
        }
        return new HostAndPort(host, Integer.parseInt(text.substring(colon + 1)));
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(name, text, "host:port, port 0 to 65535");
    }
    throw new InvalidValueException(name, text, "host:port, port 0 to 65535");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
