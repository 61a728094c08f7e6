package dev.weir.platform.grpc;

import dev.weir.platform.time.Clock;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Bounds how long a peer that is back stays unnoticed. gRPC's own pause between attempts grows to
 * two minutes; here a call on a broken connection starts a new attempt at once, at most one a
 * second. That call may still fail, the next one finds the connection.
 */
final class Reconnecting implements ClientInterceptor {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Supplier<ConnectivityState> state;
  private final Runnable reconnect;
  private final Clock clock;
  private final AtomicLong nextNanos;

  Reconnecting(Supplier<ConnectivityState> state, Runnable reconnect, Clock clock) {
    this.state = state;
    this.reconnect = reconnect;
    this.clock = clock;
    this.nextNanos = new AtomicLong(clock.nanoTime());
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (state.get() == ConnectivityState.TRANSIENT_FAILURE) {
      long now = clock.nanoTime();
      long due = nextNanos.get();
      if (now - due >= 0 && nextNanos.compareAndSet(due, now + PAUSE.toNanos())) {
        reconnect.run();
      }
    }
    return next.newCall(method, options);
  }
}
