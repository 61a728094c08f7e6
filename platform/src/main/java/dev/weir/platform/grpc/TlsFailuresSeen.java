package dev.weir.platform.grpc;

import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.TlsProblem;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts and logs a channel's connections that TLS refused, once each, however many calls fail for
 * it: the calls that one attempt to connect fails have the same cause.
 */
final class TlsFailuresSeen implements ClientInterceptor {
  private final HostAndPort address;
  private final ReloadingTls tls;
  private final AtomicReference<@Nullable Throwable> last = new AtomicReference<>();

  TlsFailuresSeen(HostAndPort address, ReloadingTls tls) {
    this.address = address;
    this.tls = tls;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                look(status.getCause());
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private void look(@Nullable Throwable cause) {
    String problem = TlsProblem.of(cause);
    if (problem != null && last.getAndSet(cause) != cause) {
      tls.failed(address, problem);
    }
  }
}
