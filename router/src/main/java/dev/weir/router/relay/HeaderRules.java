package dev.weir.router.relay;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;

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

  private static final List<AsciiString> NOT_TO_WORKERS =
      List.of(
          GrpcHeaders.ENCODING,
          GrpcHeaders.ACCEPT_ENCODING,
          GrpcHeaders.PREVIOUS_ATTEMPTS,
          GrpcHeaders.CONTENT_LENGTH,
          GrpcHeaders.HOST,
          VARIANT,
          SERVED_VERSION,
          REASON,
          ROUTE_GENERATION,
          ATTEMPTS);

  private static final List<AsciiString> NOT_TO_CLIENTS =
      List.of(
          GrpcHeaders.CONTENT_LENGTH,
          GrpcHeaders.PUSHBACK,
          GrpcHeaders.LOAD_REPORT,
          ASSIGNMENT,
          REQUEST_ID,
          VARIANT,
          SERVED_VERSION,
          REASON,
          ROUTE_GENERATION,
          ATTEMPTS);

  private HeaderRules() {}

  /** Takes out what a worker does not get; what each attempt sets is set over. */
  static void passToWorker(Http2Headers headers) {
    for (int i = 0; i < NOT_TO_WORKERS.size(); i++) {
      headers.remove(NOT_TO_WORKERS.get(i));
    }
  }

  /** Takes out what a client does not get. */
  static void passToClient(Http2Headers headers) {
    for (int i = 0; i < NOT_TO_CLIENTS.size(); i++) {
      headers.remove(NOT_TO_CLIENTS.get(i));
    }
  }
}
