package dev.weir.local.conformance;

import dev.weir.platform.grpc.BytesMarshaller;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.CallOptions;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before any KServe v2 server and says to routers what a model-worker would: that the
 * server's models are ready. Calls pass as bytes in both directions, with metadata, deadline,
 * cancellation and back pressure. It changes nothing, so that what a client sees is what the router
 * and the server behind do.
 */
final class Front implements AutoCloseable {
  /** Larger than any limit of a router under test. */
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final GrpcChannel server;
  private final GrpcServer front;
  private final WorkerStatus status;
  private final ScheduledExecutorService signsOfLife =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());

  /**
   * Starts on a free port.
   *
   * @param models each "model/version"
   */
  Front(String instance, HostAndPort server, List<String> models) {
    this.server = GrpcChannel.to(server, List.of());
    WorkerStatus.Builder ready =
        WorkerStatus.newBuilder().setInstance(instance).setState(WorkerState.READY);
    for (String model : models) {
      int slash = model.indexOf('/');
      ready.addVersions(
          VersionStatus.newBuilder()
              .setModel(model.substring(0, slash))
              .setVersion(model.substring(slash + 1))
              .setState(VersionState.AVAILABLE));
    }
    this.status = ready.build();
    var defaults = GrpcListenConfig.onLoopback(0);
    var config =
        new GrpcListenConfig(
            defaults.host(),
            0,
            MAX_MESSAGE_BYTES,
            defaults.maxMetadataBytes(),
            defaults.maxConcurrentCallsPerConnection(),
            defaults.minKeepAlive(),
            Duration.ZERO);
    this.front =
        GrpcServer.start(
            instance,
            config,
            new GrpcServer.Services(List.of(new Status()), List.of(), new Inference(), false));
  }

  HostAndPort address() {
    return new HostAndPort("127.0.0.1", front.port());
  }

  @Override
  public void close() throws InterruptedException {
    signsOfLife.shutdownNow();
    front.close();
    server.close();
  }

  private final class Status extends WorkerServiceGrpc.WorkerServiceImplBase {
    @Override
    public void watchStatus(WatchStatusRequest request, StreamObserver<WorkerStatus> watcher) {
      ScheduledFuture<?> saying =
          signsOfLife.scheduleAtFixedRate(
              () -> watcher.onNext(status), 0, 500, TimeUnit.MILLISECONDS);
      ((ServerCallStreamObserver<WorkerStatus>) watcher)
          .setOnCancelHandler(() -> saying.cancel(false));
    }
  }

  private final class Inference extends HandlerRegistry {
    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
        String method, @Nullable String authority) {
      if (!method.startsWith("inference.")) {
        return null;
      }
      MethodDescriptor<byte[], byte[]> descriptor =
          MethodDescriptor.<byte[], byte[]>newBuilder(
                  BytesMarshaller.INSTANCE, BytesMarshaller.INSTANCE)
              .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(method)
              .build();
      return ServerMethodDefinition.create(
          descriptor,
          (call, headers) ->
              ForwardedCall.start(
                  call, headers, server.channel().newCall(descriptor, CallOptions.DEFAULT)));
    }
  }
}
