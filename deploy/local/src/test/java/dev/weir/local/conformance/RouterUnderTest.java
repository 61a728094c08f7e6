package dev.weir.local.conformance;

import dev.weir.local.MeshUnderTest;
import dev.weir.local.mesh.LoneService;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * The router as a process, as it is packaged, before servers that are not ours. A registry that has
 * one snapshot, and a fixed list of workers, take the place of the rest of the mesh.
 */
final class RouterUnderTest implements AutoCloseable {
  private final List<Front> fronts = new ArrayList<>();
  private final ScheduledExecutorService signsOfLife =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private final GrpcServer registry;
  private final LoneService router;

  /**
   * A server that is not ours.
   *
   * @param models those that routers are told to find there
   */
  record Server(HostAndPort address, List<ServedModel> models) {}

  private RouterUnderTest(
      Path folder, List<ServedModel> models, List<Server> servers, List<String> flags) {
    for (Server server : servers) {
      List<String> versions = server.models().stream().map(ServedModel::version).toList();
      fronts.add(new Front("front-" + (fronts.size() + 1), server.address(), versions));
    }
    registry =
        GrpcServer.start(
            "registry",
            GrpcListenConfig.onLoopback(0),
            GrpcServer.Services.of(List.of(), new OneSnapshot(ServedModel.snapshot(models))));
    var all =
        new ArrayList<>(
            List.of(
                "--registry=127.0.0.1:" + registry.port(),
                "--discovery.kind=static",
                "--discovery.static-instances="
                    + fronts.stream()
                        .map(front -> "model-worker=" + front.address())
                        .collect(Collectors.joining(","))));
    all.addAll(flags);
    router = LoneService.start("router", MeshUnderTest.jvm(), folder, all);
  }

  /**
   * Starts it and waits until it serves every model.
   *
   * @param servers each gets a front of its own
   * @param flags more flags of the router
   */
  static RouterUnderTest start(
      Path folder, List<ServedModel> models, List<Server> servers, List<String> flags)
      throws InterruptedException {
    var started = new RouterUnderTest(folder, models, servers, flags);
    try (GrpcChannel channel = GrpcChannel.to(started.address(), List.of())) {
      var inference = GRPCInferenceServiceGrpc.newBlockingStub(channel.channel());
      for (ServedModel model : models) {
        var question = ModelReadyRequest.newBuilder().setName(model.name()).build();
        Awaitility.await()
            .atMost(30, TimeUnit.SECONDS)
            .until(() -> inference.modelReady(question).getReady());
      }
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  /** Where clients call. */
  HostAndPort address() {
    return router.grpc();
  }

  @Override
  public void close() throws InterruptedException {
    router.close();
    signsOfLife.shutdownNow();
    registry.close();
    for (Front front : fronts) {
      front.close();
    }
  }

  private final class OneSnapshot extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    private final Snapshot snapshot;

    OneSnapshot(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> watcher) {
      long revision = snapshot.getRevision();
      watcher.onNext(
          WatchResponse.newBuilder().setSnapshot(snapshot).setRevision(revision).build());
      WatchResponse alive = WatchResponse.newBuilder().setRevision(revision).build();
      ScheduledFuture<?> saying =
          signsOfLife.scheduleAtFixedRate(() -> watcher.onNext(alive), 1, 1, TimeUnit.SECONDS);
      ((ServerCallStreamObserver<WatchResponse>) watcher)
          .setOnCancelHandler(() -> saying.cancel(false));
    }
  }
}
