package dev.weir.platform.grpc;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;

/**
 * Counts the calls that a server has not answered yet, without health checks and reflection: their
 * streams stay open as long as their client likes, and nothing is lost when they are cut.
 */
final class CallsInFlight extends ServerStreamTracer.Factory {
  private static final ServerStreamTracer NOT_COUNTED = new ServerStreamTracer() {};

  private final CallCount open = new CallCount();

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    if (fullMethodName.startsWith("grpc.health.")
        || fullMethodName.startsWith("grpc.reflection.")) {
      return NOT_COUNTED;
    }
    open.started();
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        open.ended();
      }
    };
  }

  long count() {
    return open.count();
  }

  /** Waits until there are none, at most so long. Returns whether there are none. */
  boolean awaitNone(Duration timeout) throws InterruptedException {
    return open.awaitNone(timeout);
  }
}
