package dev.weir.registry.api;

import dev.weir.proto.registry.v1.ReportWorkerStatusRequest;
import dev.weir.proto.registry.v1.ReportWorkerStatusResponse;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.registry.control.RegistryMetrics;
import dev.weir.registry.control.RolloutDriver;
import dev.weir.registry.control.SnapshotFeed;
import dev.weir.registry.model.Names;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** Snapshots out, worker reports in, over gRPC. */
public final class SnapshotApi extends SnapshotServiceGrpc.SnapshotServiceImplBase {
  private final SnapshotFeed feed;
  private final RolloutDriver driver;
  private final Replies replies;

  public SnapshotApi(SnapshotFeed feed, RolloutDriver driver, RegistryMetrics metrics) {
    this.feed = feed;
    this.driver = driver;
    this.replies = new Replies(metrics);
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
    Names.text("watcher", request.getWatcher(), 128);
    var call = (ServerCallStreamObserver<WatchResponse>) observer;
    var watcher =
        new SnapshotWatcher(
            feed, call, request.getWatcher(), request.getKnownRevision(), request.getKnownEpoch());
    if (!feed.add(watcher)) {
      replies.refuse(
          observer,
          Refusal.exhausted(
              "no more watchers are taken (the registry's limits.max-watchers), or it stops"),
          "Watch");
      return;
    }
    call.setOnCancelHandler(watcher::left);
    call.setOnReadyHandler(watcher::begin);
  }

  @Override
  public void reportWorkerStatus(
      ReportWorkerStatusRequest request, StreamObserver<ReportWorkerStatusResponse> observer) {
    Optional<Refusal> refusal = driver.workerReported(request.getStatus());
    replies.send(
        observer,
        refusal
            .<Outcome<ReportWorkerStatusResponse>>map(Outcome::refused)
            .orElse(Outcome.done(ReportWorkerStatusResponse.getDefaultInstance())),
        "ReportWorkerStatus");
  }
}
