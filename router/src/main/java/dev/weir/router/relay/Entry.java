package dev.weir.router.relay;

import dev.weir.router.identity.Identification;
import dev.weir.router.wire.StatusCode;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** Whether an inference call is taken at all, by its headers and what the router holds. */
sealed interface Entry {
  /**
   * It is.
   *
   * @param inflate how its compressed messages are read; null: they must not be
   */
  record Taken(@Nullable Inflate inflate) implements Entry {}

  /** It is not. */
  record Refused(StatusCode code, String text) implements Entry {}

  /** Decides. */
  static Entry of(CallContext context, Identification caller, Http2Headers received) {
    if (caller instanceof Identification.Refused(var code, var why)) {
      return new Refused(code, why);
    }
    if (context.holdsTooMuch()) {
      return context.tooMuch();
    }
    CharSequence encoding = received.get(GrpcHeaders.ENCODING);
    if (Inflate.isNone(encoding)) {
      return new Taken(null);
    }
    Inflate inflate = Inflate.of(encoding);
    return inflate == null
        ? new Refused(
            StatusCode.UNIMPLEMENTED,
            "grpc-encoding: " + encoding + " (expected: " + GrpcHeaders.ENCODINGS_TAKEN + ")")
        : new Taken(inflate);
  }
}
