package dev.weir.monitor.forward;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.function.BiConsumer;

/** Shows each export that comes in to somebody else too, unless another monitor forwarded it. */
final class OtlpTap implements ServerInterceptor {
  private final BiConsumer<Signal, MessageLite> sees;

  OtlpTap(BiConsumer<Signal, MessageLite> sees) {
    this.sees = sees;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    if (headers.containsKey(Forwarding.FORWARDED)) {
      return listener;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof MessageLite request) {
          Signal.of(message).ifPresent(signal -> sees.accept(signal, request));
        }
        super.onMessage(message);
      }
    };
  }
}
