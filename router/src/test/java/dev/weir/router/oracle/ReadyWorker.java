package dev.weir.router.oracle;

import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Says that version 1 of each model is ready, again and again: a worker that is silent is taken for
 * one that is gone.
 */
final class ReadyWorker extends WorkerServiceGrpc.WorkerServiceImplBase {
  private static final long SAYS_EVERY_SECONDS = 5;

  private final ScheduledExecutorService saying;
  private final WorkerStatus ready;

  ReadyWorker(ScheduledExecutorService saying, String id, String... models) {
    this.saying = saying;
    WorkerStatus.Builder status =
        WorkerStatus.newBuilder().setInstance(id).setState(WorkerState.READY);
    for (String model : models) {
      status.addVersions(
          VersionStatus.newBuilder()
              .setModel(model)
              .setVersion("1")
              .setState(VersionState.AVAILABLE));
    }
    this.ready = status.build();
  }

  @Override
  public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> answers) {
    var watcher = (ServerCallStreamObserver<WorkerStatus>) answers;
    ScheduledFuture<?> says =
        saying.scheduleAtFixedRate(
            () -> watcher.onNext(ready), 0, SAYS_EVERY_SECONDS, TimeUnit.SECONDS);
    watcher.setOnCancelHandler(() -> says.cancel(false));
  }
}
