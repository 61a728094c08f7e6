package dev.weir.loadtest.bench;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.ServiceTls;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.metrics.MeterProvider;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a router needs beside workers, and no more: a registry with one snapshot, and a monitor that
 * takes outcomes and traces and only counts them.
 */
final class StubControlPlane implements AutoCloseable {
  /** A router takes silence of 6 s for a registry that is gone. */
  private static final long SIGN_OF_LIFE_MILLIS = 500;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final IntakeCounts intake = new IntakeCounts();
  private final TraceCounts traces = new TraceCounts();
  private final Resources opened = new Resources();
  private final GrpcServer server;

  /**
   * Starts on a free loopback port.
   *
   * @param tls a router that encrypts its connections encrypts all of them; null: plain text
   */
  StubControlPlane(Snapshot snapshot, @Nullable Tls tls) {
    ReloadingTls listener =
        tls == null
            ? null
            : ServiceTls.ofListener(
                tls.listener(),
                Clock.system(),
                opened.add("timers", Scheduler.system("bench-control")),
                MeterProvider.noop().get("bench"),
                opened);
    server =
        GrpcServer.start(
            "bench-control",
            GrpcListenConfig.onLoopback(0),
            listener,
            new GrpcServer.Services(
                List.of(new Snapshots(snapshot), intake), List.of(), traces, false));
  }

  /** Where registry and monitor listen. */
  HostAndPort address() {
    return new HostAndPort("127.0.0.1", server.port());
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
    server.close();
    opened.close();
  }

  private final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    private final Snapshot snapshot;

    Snapshots(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
      var call = (ServerCallStreamObserver<WatchResponse>) responses;
      call.setOnCancelHandler(() -> {});
      WatchResponse alive = WatchResponse.newBuilder().setRevision(snapshot.getRevision()).build();
      call.onNext(alive.toBuilder().setSnapshot(snapshot).build());
      try {
        while (!closed.await(SIGN_OF_LIFE_MILLIS, TimeUnit.MILLISECONDS) && !call.isCancelled()) {
          call.onNext(alive);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
