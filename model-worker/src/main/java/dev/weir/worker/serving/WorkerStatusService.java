package dev.weir.worker.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams the worker's status to routers. A watcher that does not read gets no backlog: it misses
 * messages, and gets the newest one when it reads again.
 */
public final class WorkerStatusService extends WorkerServiceGrpc.WorkerServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerStatusService.class);

  private final WorkerStatusBoard board;
  private final int maxWatchers;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

  /**
   * @param maxWatchers watchers at a time; more are refused
   */
  public WorkerStatusService(WorkerStatusBoard board, int maxWatchers) {
    this.board = board;
    this.maxWatchers = maxWatchers;
  }

  @Override
  public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> observer) {
    if (watchers.size() >= maxWatchers) {
      observer.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("watchers: " + maxWatchers + " are there already")
              .asRuntimeException());
      return;
    }
    var responses = (ServerCallStreamObserver<WorkerStatus>) observer;
    var watcher = new Watcher(responses);
    responses.setOnCancelHandler(() -> watchers.remove(watcher));
    responses.setOnReadyHandler(() -> watcher.catchUp(board.status()));
    watchers.add(watcher);
    LOG.atDebug().addKeyValue("watcher", request.getWatcher()).log("status watch begins");
    watcher.send(board.status());
  }

  /** Sends the status as it is now to all watchers. Does not block. */
  public void broadcast() {
    WorkerStatus status = board.status();
    watchers.forEach(watcher -> watcher.send(status));
  }

  /** Ends all watches, after a last status. */
  public void complete() {
    WorkerStatus status = board.status();
    List.copyOf(watchers)
        .forEach(watcher -> {
          watcher.send(status);
          watcher.complete();
          watchers.remove(watcher);
        });
  }

  /** One watcher; its lock guards the observer, which is not thread-safe. */
  private static final class Watcher {
    private final ServerCallStreamObserver<WorkerStatus> responses;

    @GuardedBy("this")
    private boolean missed;

    @GuardedBy("this")
    private boolean completed;

    Watcher(ServerCallStreamObserver<WorkerStatus> responses) {
      this.responses = responses;
    }

    synchronized void send(WorkerStatus status) {
      if (completed || responses.isCancelled()) {
        return;
      }
      if (!responses.isReady()) {
        missed = true;
        return;
      }
      missed = false;
      responses.onNext(status);
    }

    synchronized void catchUp(WorkerStatus status) {
      if (missed) {
        send(status);
      }
    }

    synchronized void complete() {
      if (!completed && !responses.isCancelled()) {
        completed = true;
        responses.onCompleted();
      }
    }
  }
}
