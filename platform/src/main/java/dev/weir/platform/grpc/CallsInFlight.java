package dev.weir.platform.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the calls that a server has not answered yet, without health checks and reflection: their
 * streams stay open as long as their client likes, and nothing is lost when they are cut.
 */
final class CallsInFlight extends ServerStreamTracer.Factory {
  private static final ServerStreamTracer NOT_COUNTED = new ServerStreamTracer() {};

  private final AtomicInteger open = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Condition none = lock.newCondition();

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    if (fullMethodName.startsWith("grpc.health.")
        || fullMethodName.startsWith("grpc.reflection.")) {
      return NOT_COUNTED;
    }
    open.incrementAndGet();
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        if (open.decrementAndGet() == 0) {
          signalNone();
        }
      }
    };
  }

  private void signalNone() {
    lock.lock();
    try {
      none.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int count() {
    return open.get();
  }

  /** Waits until there are none, at most so long. Returns whether there are none. */
  boolean awaitNone(Duration timeout) throws InterruptedException {
    long leftNanos = timeout.toNanos();
    lock.lock();
    try {
      while (open.get() > 0 && leftNanos > 0) {
        leftNanos = none.awaitNanos(leftNanos);
      }
      return open.get() == 0;
    } finally {
      lock.unlock();
    }
  }
}
