package dev.weir.router.relay;

import io.netty.util.AsciiString;
import java.util.Base64;

/** Values of {@code -bin} metadata: Base64 without padding (gRPC's PROTOCOL-HTTP2). */
final class Base64Text {
  private static final Base64.Encoder ENCODER = Base64.getEncoder().withoutPadding();

  private Base64Text() {}

  static AsciiString of(byte[] bytes) {
    return new AsciiString(ENCODER.encode(bytes), false);
  }
}
