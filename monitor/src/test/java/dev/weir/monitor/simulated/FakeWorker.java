package dev.weir.monitor.simulated;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A worker that says that it is ready with some versions. */
public final class FakeWorker extends WorkerServiceGrpc.WorkerServiceImplBase
    implements AutoCloseable {
  private final String name;
  private final GrpcServer server;
  private final List<StreamObserver<WorkerStatus>> watchers = new CopyOnWriteArrayList<>();
  private volatile List<String> versions = List.of("1");

  public FakeWorker(String name, Scheduler scheduler) {
    this.name = name;
    this.server =
        GrpcServer.start(
            name, GrpcListenConfig.onLoopback(0), GrpcServer.Services.of(List.of(), this));
    scheduler.every(Duration.ofSeconds(1), this::say);
  }

  public int port() {
    return server.port();
  }

  /** What it has loaded from now on. */
  public void load(List<String> newVersions) {
    versions = List.copyOf(newVersions);
    say();
  }

  @Override
  public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> responses) {
    watchers.add(responses);
    responses.onNext(status());
  }

  private void say() {
    for (StreamObserver<WorkerStatus> watcher : watchers) {
      try {
        watcher.onNext(status());
      } catch (RuntimeException gone) {
        watchers.remove(watcher);
      }
    }
  }

  private WorkerStatus status() {
    WorkerStatus.Builder status =
        WorkerStatus.newBuilder()
            .setInstance(name)
            .setState(WorkerState.READY)
            .setEngine("onnxruntime")
            .setInFlight(2)
            .setCapacity(32);
    for (String version : versions) {
      status.addVersions(
          VersionStatus.newBuilder()
              .setModel(SimulatedTraffic.ROUTE)
              .setVersion(version)
              .setState(VersionState.AVAILABLE));
    }
    return status.build();
  }

  @Override
  public void close() {
    server.close();
  }
}
