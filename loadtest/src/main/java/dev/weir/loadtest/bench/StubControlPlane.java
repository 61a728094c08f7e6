package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Everything that a router needs around it, and no more: a registry with one snapshot, a monitor
 * that takes outcomes and traces and only counts them, and for each address of the upstream a
 * worker that says that all versions are available there.
 */
final class StubControlPlane implements AutoCloseable {
  /** A router takes silence of 3 s for a worker that is gone. */
  private static final long SIGN_OF_LIFE_MILLIS = 500;

  /** Requests in a worker at most, as it tells the router: never reached here. */
  private static final int CAPACITY = 4_096;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final IntakeCounts intake = new IntakeCounts();
  private final TraceCounts traces = new TraceCounts();
  private final GrpcServer central;
  private final List<GrpcServer> workers = new ArrayList<>();

  /** Starts all servers on free loopback ports. */
  StubControlPlane(Snapshot snapshot, List<Integer> upstreamPorts) {
    central =
        GrpcServer.start(
            "bench-control",
            GrpcListenConfig.onLoopback(0),
            new GrpcServer.Services(
                List.of(new Snapshots(snapshot), intake), List.of(), traces, false));
    for (int port : upstreamPorts) {
      WorkerStatus status = status("bench-worker-" + workers.size(), port);
      workers.add(
          GrpcServer.start(
              "bench-worker",
              GrpcListenConfig.onLoopback(0),
              GrpcServer.Services.of(List.of(), new Worker(status))));
    }
  }

  private static WorkerStatus status(String instance, int port) {
    var status =
        WorkerStatus.newBuilder()
            .setInstance(instance)
            .setState(WorkerState.READY)
            .setCapacity(CAPACITY)
            .setSnapshotRevision(1)
            .setAddress(new HostAndPort("127.0.0.1", port).toString())
            .setEngine("bench");
    for (String version : List.of(BenchSnapshot.BASELINE, BenchSnapshot.CANARY)) {
      status.addVersions(
          VersionStatus.newBuilder()
              .setModel(BodySize.MODEL)
              .setVersion(version)
              .setState(VersionState.AVAILABLE));
    }
    return status.build();
  }

  /** Where registry and monitor listen. */
  HostAndPort address() {
    return new HostAndPort("127.0.0.1", central.port());
  }

  /** Where the workers say how they are. */
  List<HostAndPort> workerAddresses() {
    return workers.stream().map(server -> new HostAndPort("127.0.0.1", server.port())).toList();
  }

  /** Outcomes that the router reported. */
  IntakeCounts intake() {
    return intake;
  }

  /** Traces that the router sent. */
  TraceCounts traces() {
    return traces;
  }

  @Override
  public void close() {
    closed.countDown();
    central.close();
    workers.forEach(GrpcServer::close);
  }

  /** Sends the first message, then the second one again and again while the caller listens. */
  private <T> void repeat(StreamObserver<T> responses, T first, Supplier<T> next) {
    var call = (ServerCallStreamObserver<T>) responses;
    call.setOnCancelHandler(() -> {});
    try {
      call.onNext(first);
      while (!closed.await(SIGN_OF_LIFE_MILLIS, TimeUnit.MILLISECONDS) && !call.isCancelled()) {
        call.onNext(next.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    private final Snapshot snapshot;

    Snapshots(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
      WatchResponse alive = WatchResponse.newBuilder().setRevision(snapshot.getRevision()).build();
      repeat(responses, alive.toBuilder().setSnapshot(snapshot).build(), () -> alive);
    }
  }

  private final class Worker extends WorkerServiceGrpc.WorkerServiceImplBase {
    private final WorkerStatus status;

    Worker(WorkerStatus status) {
      this.status = status;
    }

    @Override
    public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> responses) {
      repeat(responses, status, () -> status);
    }
  }
}
