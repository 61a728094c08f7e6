package dev.weir.registry.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, for the audit log: what the caller says in {@code weir-actor}, else the address that
 * it calls from. A name that is told, not one that is proved.
 */
public final class Actor implements ServerInterceptor {
  static final String HEADER = "weir-actor";
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CALLER = Context.keyWithDefault(HEADER, "unknown");
  private static final int MAX_LENGTH = 128;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    Context context = Context.current().withValue(CALLER, name(headers.get(KEY), address(peer)));
    return Contexts.interceptCall(context, call, headers, next);
  }

  private static String address(@Nullable SocketAddress peer) {
    return switch (peer) {
      case null -> "unknown";
      case InetSocketAddress inet -> inet.getAddress().getHostAddress() + ":" + inet.getPort();
      default -> peer.toString();
    };
  }

  /** A caller's name: what it says, cleaned and cut, else where it calls from. */
  static String name(@Nullable String said, String address) {
    if (said == null || said.isBlank()) {
      return address;
    }
    String clean = said.strip().replaceAll("[^ -~]", "?");
    return clean.length() <= MAX_LENGTH ? clean : clean.substring(0, MAX_LENGTH);
  }

  /** The caller of the gRPC call that this thread serves. */
  static String current() {
    return CALLER.get();
  }
}
