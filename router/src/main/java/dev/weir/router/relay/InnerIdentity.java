package dev.weir.router.relay;

import dev.weir.router.identity.Identification;
import dev.weir.router.policy.ClientIdentity;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, told to the server inside the process in a header of ours. What a client sends under
 * that name is taken out.
 */
public final class InnerIdentity {
  /** The header: the proof's name, a dot, and the identity's in Base64. */
  public static final String HEADER = "weir-caller";

  private static final AsciiString NAME = AsciiString.cached(HEADER);

  private InnerIdentity() {}

  static void tell(Http2Headers headers, Identification caller) {
    headers.remove(NAME);
    if (caller instanceof Identification.Known(var identity) && identity != null) {
      byte[] name = identity.name().getBytes(StandardCharsets.UTF_8);
      headers.set(
          NAME,
          identity.proof().name()
              + "."
              + Base64.getEncoder().withoutPadding().encodeToString(name));
    }
  }

  /** The identity of a header that {@link #tell} made; null: none. */
  public static @Nullable ClientIdentity read(@Nullable String header) {
    if (header == null) {
      return null;
    }
    int dot = header.indexOf('.');
    byte[] name = Base64.getDecoder().decode(header.substring(dot + 1));
    return new ClientIdentity(
        new String(name, StandardCharsets.UTF_8),
        ClientIdentity.Proof.valueOf(header.substring(0, dot)));
  }
}
