package dev.weir.router;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Snapshot;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A registry on loopback that hands out the snapshots that a test publishes. */
public final class FakeRegistry implements AutoCloseable {
  private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
  private final Server server;
  private final HostAndPort address;
  private volatile Snapshot current = Snapshot.getDefaultInstance();

  public FakeRegistry() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .addService(new SnapshotService())
              .build()
              .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    address = new HostAndPort("127.0.0.1", server.getPort());
  }

  public HostAndPort address() {
    return address;
  }

  public void publish(Snapshot snapshot) {
    current = snapshot;
    watchers.forEach(w -> w.onNext(response()));
  }

  private WatchResponse response() {
    return WatchResponse.newBuilder()
        .setSnapshot(current)
        .setRevision(current.getRevision())
        .build();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private final class SnapshotService extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> answers) {
      answers.onNext(response());
      watchers.add(answers);
    }
  }
}
