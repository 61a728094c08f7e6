package dev.weir.router.dataplane;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Pushback;
import io.grpc.Metadata;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which metadata passes. Both ways everything does, but for what belongs to one connection or to
 * gRPC itself, and what only the router may say.
 */
final class HeaderRules {
  /** What a server says about trying again. */
  static final Metadata.Key<String> PUSHBACK = key(Pushback.TRAILER);

  /** How busy a worker is: for the router only. */
  static final Metadata.Key<byte[]> LOAD_REPORT =
      Metadata.Key.of("endpoint-load-metrics-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /**
   * Beside what grpc-java itself takes out and sets anew on each connection: content type and
   * length, encodings, user agent, te, timeout, status, message. Short on purpose: each entry costs
   * every request.
   */
  private static final List<Metadata.Key<?>> HOP_BY_HOP =
      List.of(key("grpc-previous-rpc-attempts"), PUSHBACK, LOAD_REPORT, key("host"));

  private static final List<Metadata.Key<?>> ROUTERS_WORD =
      List.of(
          MeshMetadata.ASSIGNMENT,
          MeshMetadata.REQUEST_ID,
          MeshMetadata.VARIANT,
          MeshMetadata.SERVED_VERSION,
          MeshMetadata.REASON,
          MeshMetadata.ROUTE_GENERATION,
          MeshMetadata.ATTEMPTS);

  // bounded: only names in routes come here, and those come from the registry
  private static final Map<String, Metadata.Key<String>> KEYS = new ConcurrentHashMap<>();

  private HeaderRules() {}

  static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  static @Nullable String value(Metadata headers, String name) {
    return headers.get(KEYS.computeIfAbsent(name, HeaderRules::key));
  }

  /** What a worker gets with an attempt; the messages of a stream have ids of their own. */
  static Metadata toWorker(Metadata fromClient, Attempt attempt) {
    Metadata headers = passed(fromClient);
    headers.put(MeshMetadata.ASSIGNMENT, attempt.assignment());
    String traceparent = attempt.traceparent();
    if (traceparent != null) {
      headers.discardAll(MeshMetadata.TRACEPARENT);
      headers.put(MeshMetadata.TRACEPARENT, traceparent);
    }
    return headers;
  }

  /** What passes of somebody's metadata. */
  static Metadata passed(Metadata from) {
    var headers = new Metadata();
    headers.merge(from);
    HOP_BY_HOP.forEach(headers::discardAll);
    ROUTERS_WORD.forEach(headers::discardAll);
    return headers;
  }
}
