package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.discovery.v1.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One client that watches. Nothing is queued for it: while it does not read, nothing is sent, and
 * when it reads again it gets the newest list. Thread-safe.
 */
final class WatchStream {
  private final ServerCallStreamObserver<WatchResponse> call;
  private final ServiceLeases leases;

  @GuardedBy("this")
  private @Nullable WatchResponse sent;

  @GuardedBy("this")
  private boolean ended;

  WatchStream(ServerCallStreamObserver<WatchResponse> call, ServiceLeases leases) {
    this.call = call;
    this.leases = leases;
  }

  /** Sends the newest list if it is new to this client and the client can take it now. */
  synchronized void deliver() {
    WatchResponse newest = leases.newest();
    if (ended || newest.equals(sent) || !call.isReady()) {
      return;
    }
    sent = newest;
    call.onNext(newest);
  }

  synchronized void end(Status status) {
    if (!ended) {
      ended = true;
      call.onError(status.asRuntimeException());
    }
  }
}
