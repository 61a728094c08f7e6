package dev.weir.monitor.foreign;

import java.util.List;

/**
 * How a call ended, as a gRPC status code: by {@code rpc.response.status_code} (a name or a number)
 * or the older {@code rpc.grpc.status_code}, by {@code http.response.status_code} as gRPC's
 * transcoding pairs them, else by the span's own status. A span that says ERROR is one, whatever
 * its code.
 */
final class CallStatus {
  private static final int UNKNOWN = 2;
  private static final List<String> NAMES =
      List.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");

  private CallStatus() {}

  static int of(KnownAttributes span, boolean error) {
    int code = code(span);
    return code == 0 && error ? UNKNOWN : code;
  }

  private static int code(KnownAttributes span) {
    String rpc = span.first("rpc.response.status_code", "rpc.grpc.status_code");
    if (!rpc.isEmpty()) {
      int named = NAMES.indexOf(rpc);
      int code = named >= 0 ? named : number(rpc);
      return code >= 0 && code < NAMES.size() ? code : UNKNOWN;
    }
    String http = span.first("http.response.status_code", "http.status_code");
    return http.isEmpty() ? 0 : ofHttp(number(http));
  }

  private static int ofHttp(int status) {
    if (status >= 100 && status < 400) {
      return 0;
    }
    return switch (status) {
      case 400 -> 3;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 5;
      case 408, 504 -> 4;
      case 409 -> 10;
      case 429 -> 8;
      case 499 -> 1;
      case 500 -> 13;
      case 501 -> 12;
      case 502, 503 -> 14;
      default -> UNKNOWN;
    };
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
