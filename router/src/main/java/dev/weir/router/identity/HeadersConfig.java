package dev.weir.router.identity;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.InvalidValueException;
import java.util.List;

/** Which request headers do not go on to workers, and so into no sample. */
public record HeadersConfig(
    @Setting(
            "Request headers kept from workers, lower case, at most 100; a * at the end stands for any rest.")
        List<String> deniedToWorkers) {
  private static final int MAX_PATTERNS = 100;
  private static final int MAX_LENGTH = 256;

  /** Without these a worker cannot answer, or does not know what it answers. */
  private static final List<String> NEEDED =
      List.of(
          "te",
          "content-type",
          "grpc-timeout",
          "grpc-encoding",
          "grpc-accept-encoding",
          "weir-assignment-bin",
          "weir-request-id");

  public HeadersConfig {
    deniedToWorkers = List.copyOf(deniedToWorkers);
    if (deniedToWorkers.size() > MAX_PATTERNS) {
      throw new InvalidValueException(
          "deniedToWorkers", deniedToWorkers.size() + " headers", "at most " + MAX_PATTERNS);
    }
    for (String pattern : deniedToWorkers) {
      if (!isPattern(pattern)) {
        throw new InvalidValueException(
            "deniedToWorkers", pattern, "a header's name in lower case, or its begin and a *");
      }
    }
    var denylist = new HeaderDenylist(deniedToWorkers);
    for (String needed : NEEDED) {
      if (denylist.denies(needed)) {
        throw new InvalidValueException(
            "deniedToWorkers",
            String.join(",", deniedToWorkers),
            "none that workers need, such as " + needed);
      }
    }
  }

  private static boolean isPattern(String pattern) {
    String name = pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    if (name.isEmpty() || name.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  /** What is between a client and the router. */
  public static HeadersConfig defaults() {
    return new HeadersConfig(List.of("authorization", "proxy-authorization", "cookie"));
  }
}
