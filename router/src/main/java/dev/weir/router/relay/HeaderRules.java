package dev.weir.router.relay;

import dev.weir.router.identity.HeaderDenylist;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import java.util.function.Predicate;
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
  static final AsciiString FALLBACK = AsciiString.cached("weir-fallback");
  static final AsciiString REASON = AsciiString.cached("weir-reason");
  static final AsciiString ROUTE_GENERATION = AsciiString.cached("weir-route-generation");
  static final AsciiString ATTEMPTS = AsciiString.cached("weir-attempts");

  private static final AsciiString ROUTERS_WORD = AsciiString.cached("weir-");
  private static final Predicate<CharSequence> NOT_TO_CLIENTS = HeaderRules::isOfOneHop;

  private final Predicate<CharSequence> notToWorkers;
  private final Predicate<CharSequence> denied;

  /**
   * @param denied headers that workers do not get by configuration
   */
  HeaderRules(HeaderDenylist denied) {
    this.denied = denied::denies;
    this.notToWorkers = name -> isOfOneHop(name) || isEncoding(name) || denied.denies(name);
  }

  /** Takes out what a worker does not get; what each attempt sets is set over. */
  void passToWorker(Http2Headers headers) {
    strip(headers, notToWorkers);
  }

  /** Takes out what workers do not get by configuration alone. */
  void stripDenied(Http2Headers headers) {
    strip(headers, denied);
  }

  /** Takes out what a client does not get. */
  static void passToClient(Http2Headers headers) {
    strip(headers, NOT_TO_CLIENTS);
  }

  /** One look at each name, since most requests have none of these. */
  private static void strip(Http2Headers headers, Predicate<CharSequence> dropped) {
    CharSequence found = find(headers, dropped);
    while (found != null) {
      headers.remove(found);
      found = find(headers, dropped);
    }
  }

  private static @Nullable CharSequence find(
      Http2Headers headers, Predicate<CharSequence> dropped) {
    for (Map.Entry<CharSequence, CharSequence> each : headers) {
      if (dropped.test(each.getKey())) {
        return each.getKey();
      }
    }
    return null;
  }

  /** Everything in the router's name, and what belongs to one connection. */
  private static boolean isOfOneHop(CharSequence name) {
    return switch (name.charAt(0)) {
      case 'w' -> AsciiString.regionMatches(name, false, 0, ROUTERS_WORD, 0, ROUTERS_WORD.length());
      case 'g' ->
          GrpcHeaders.PREVIOUS_ATTEMPTS.contentEquals(name)
              || GrpcHeaders.PUSHBACK.contentEquals(name);
      case 'c' -> GrpcHeaders.CONTENT_LENGTH.contentEquals(name);
      case 'e' -> GrpcHeaders.LOAD_REPORT.contentEquals(name);
      case 'h' -> GrpcHeaders.HOST.contentEquals(name);
      default -> false;
    };
  }

  /** The request leaves inflated, and its answer has to come so. */
  private static boolean isEncoding(CharSequence name) {
    return name.charAt(0) == 'g'
        && (GrpcHeaders.ENCODING.contentEquals(name)
            || GrpcHeaders.ACCEPT_ENCODING.contentEquals(name));
  }
}
