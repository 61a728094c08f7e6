package dev.weir.router.http2;

import io.netty.handler.codec.http2.Http2HeadersEncoder;

/**
 * Which headers stay out of the peer's HPACK table: values that are new with each request would
 * push out all that repeat.
 */
enum NeverIndexed implements Http2HeadersEncoder.SensitivityDetector {
  INSTANCE;

  @Override
  public boolean isSensitive(CharSequence name, CharSequence value) {
    return switch (name.length()) {
      // grpc-timeout, traceparent, weir-request-id, weir-assignment-bin; and secrets
      case 11 -> name.charAt(0) == 't';
      case 12 -> name.charAt(0) == 'g' && name.charAt(5) == 't';
      case 13 -> name.charAt(0) == 'a';
      case 15 -> name.charAt(0) == 'w';
      case 19 -> name.charAt(0) == 'w';
      default -> false;
    };
  }
}
