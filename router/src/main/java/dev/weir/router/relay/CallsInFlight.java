package dev.weir.router.relay;

import dev.weir.platform.grpc.CallCount;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Calls that have no status yet, in all and by kind. Thread-safe. */
final class CallsInFlight {
  private final CallCount all = new CallCount();
  private final List<OfKind> kinds = Stream.of(CallKind.values()).map(k -> new OfKind()).toList();

  /** Those of one kind. */
  final class OfKind {
    private final CallCount own = new CallCount();

    void started() {
      all.started();
      own.started();
    }

    void ended() {
      own.ended();
      all.ended();
    }

    long count() {
      return own.count();
    }
  }

  OfKind of(CallKind kind) {
    return kinds.get(kind.ordinal());
  }

  long count() {
    return all.count();
  }

  /** Waits until there are none, at most so long. Returns whether there are none. */
  boolean awaitNone(Duration timeout) throws InterruptedException {
    return all.awaitNone(timeout);
  }
}
