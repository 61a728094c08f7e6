package dev.weir.platform.grpc;

import io.grpc.Metadata;

/**
 * The metadata names by which Weir's services talk beside a call's messages. Requests: a client may
 * send {@link #REQUEST_ID}; {@link #ASSIGNMENT} is the router's word to the worker and is removed
 * when a client sends it. Responses: in the initial metadata, and in the trailers too when the call
 * failed.
 */
public final class MeshMetadata {
  /** Serialised {@code weir.route.v1.Assignment}, router to worker. */
  public static final Metadata.Key<byte[]> ASSIGNMENT =
      Metadata.Key.of("weir-assignment-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /**
   * The request's id by which feedback finds its prediction: the message's {@code id} when it has
   * one, else made by the router.
   */
  public static final Metadata.Key<String> REQUEST_ID = text("weir-request-id");

  /** Variant that answered. */
  public static final Metadata.Key<String> VARIANT = text("weir-variant");

  /** Model version that answered, as {@code model/version}. */
  public static final Metadata.Key<String> SERVED_VERSION = text("weir-served-version");

  /** Why that variant: "split", "sticky", "match", "pinned" or "fallback". */
  public static final Metadata.Key<String> REASON = text("weir-reason");

  /** Generation of the route that decided. */
  public static final Metadata.Key<String> ROUTE_GENERATION = text("weir-route-generation");

  /** Tries that were made, in decimal. */
  public static final Metadata.Key<String> ATTEMPTS = text("weir-attempts");

  /** Response: what answered instead of the assigned variant; absent: nothing did. */
  public static final Metadata.Key<String> FALLBACK = text("weir-fallback");

  /** W3C trace context. */
  public static final Metadata.Key<String> TRACEPARENT = text("traceparent");

  private MeshMetadata() {}

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
