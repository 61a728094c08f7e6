package dev.weir.router.relay;

import dev.weir.router.identity.HeaderDenylist;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which metadata passes. Both ways everything does, but for what belongs to one connection or to
 * gRPC itself, and what only the router may say.
 */
final class HeaderRules {
  static final AsciiString ASSIGNMENT = AsciiString.cached("weir-assignment-bin");
  static final AsciiString REQUEST_ID = AsciiString.cached("weir-request-id");
  static final AsciiString VARIANT = AsciiString.cached("weir-variant");
  static final AsciiString SERVED_VERSION = AsciiString.cached("weir-served-version");
  static final AsciiString REASON = AsciiString.cached("weir-reason");
  static final AsciiString ROUTE_GENERATION = AsciiString.cached("weir-route-generation");
  static final AsciiString ATTEMPTS = AsciiString.cached("weir-attempts");

  private static final AsciiString ROUTERS_WORD = AsciiString.cached("weir-");

  private HeaderRules() {}

  /** Takes out what a worker does not get; what each attempt sets is set over. */
  static void passToWorker(Http2Headers headers, HeaderDenylist denied) {
    strip(headers, denied);
  }

  /** Takes out what workers do not get by configuration alone. */
  static void stripDenied(Http2Headers headers, HeaderDenylist denied) {
    CharSequence found = findDenied(headers, denied);
    while (found != null) {
      headers.remove(found);
      found = findDenied(headers, denied);
    }
  }

  private static @Nullable CharSequence findDenied(Http2Headers headers, HeaderDenylist denied) {
    for (Map.Entry<CharSequence, CharSequence> each : headers) {
      if (denied.denies(each.getKey())) {
        return each.getKey();
      }
    }
    return null;
  }

  /** Takes out what a client does not get. */
  static void passToClient(Http2Headers headers) {
    strip(headers, null);
  }

  /**
   * One look at each name, since most requests have none of these: everything in the router's name,
   * and what belongs to one connection.
   */
  private static void strip(Http2Headers headers, @Nullable HeaderDenylist toWorker) {
    CharSequence found = find(headers, toWorker);
    while (found != null) {
      headers.remove(found);
      found = find(headers, toWorker);
    }
  }

  private static @Nullable CharSequence find(
      Http2Headers headers, @Nullable HeaderDenylist toWorker) {
    for (Map.Entry<CharSequence, CharSequence> each : headers) {
      if (isDropped(each.getKey(), toWorker != null)
          || toWorker != null && toWorker.denies(each.getKey())) {
        return each.getKey();
      }
    }
    return null;
  }

  private static boolean isDropped(CharSequence name, boolean toWorker) {
    return switch (name.charAt(0)) {
      case 'w' -> AsciiString.regionMatches(name, false, 0, ROUTERS_WORD, 0, ROUTERS_WORD.length());
      case 'g' ->
          toWorker && GrpcHeaders.ENCODING.contentEquals(name)
              || toWorker && GrpcHeaders.ACCEPT_ENCODING.contentEquals(name)
              || GrpcHeaders.PREVIOUS_ATTEMPTS.contentEquals(name)
              || GrpcHeaders.PUSHBACK.contentEquals(name);
      case 'c' -> GrpcHeaders.CONTENT_LENGTH.contentEquals(name);
      case 'e' -> GrpcHeaders.LOAD_REPORT.contentEquals(name);
      case 'h' -> GrpcHeaders.HOST.contentEquals(name);
      default -> false;
    };
  }
}
