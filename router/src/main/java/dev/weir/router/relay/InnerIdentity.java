package dev.weir.router.relay;

import dev.weir.router.identity.Identification;
import dev.weir.router.policy.ClientIdentity;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
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

  private static final Metadata.Key<String> KEY =
      Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<@Nullable ClientIdentity> CALLER = Context.key("caller");

  private InnerIdentity() {}

  /** Lets the services inside the process ask {@link #current}. */
  public static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Context context = Context.current().withValue(CALLER, read(headers.get(KEY)));
        return Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  /** Who makes the call that this thread is serving; null: nobody has proven it. */
  public static @Nullable ClientIdentity current() {
    return CALLER.get();
  }

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
  private static @Nullable ClientIdentity read(@Nullable String header) {
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
