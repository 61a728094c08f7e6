package dev.weir.registry.api;

import dev.weir.registry.control.RegistryMetrics;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a call whose handler throws with the status that fits, and logs what nobody expected. */
public final class CallGuard implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(CallGuard.class);

  private final RegistryMetrics metrics;

  /** Counts refusals there. */
  public CallGuard(RegistryMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean failed;

      @Override
      public void onMessage(Q message) {
        guard(() -> super.onMessage(message));
      }

      @Override
      public void onHalfClose() {
        guard(super::onHalfClose);
      }

      @Override
      public void onReady() {
        guard(super::onReady);
      }

      private void guard(Runnable handler) {
        if (failed) {
          return;
        }
        try {
          handler.run();
        } catch (RuntimeException e) {
          failed = true;
          fail(call, e);
        }
      }
    };
  }

  private <Q, R> void fail(ServerCall<Q, R> call, RuntimeException failure) {
    String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    Status status = ApiStatus.grpc(failure, method);
    ApiStatus.refusal(failure).ifPresent(refusal -> metrics.refused(refusal.kind()));
    if (status.getCode() == Status.Code.INTERNAL) {
      LOG.atError().setCause(failure).addKeyValue("method", method).log("call failed");
    }
    if (!call.isCancelled()) {
      call.close(status, new Metadata());
    }
  }
}
