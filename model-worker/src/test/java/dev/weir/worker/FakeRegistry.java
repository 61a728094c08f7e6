package dev.weir.worker;

import com.google.protobuf.ByteString;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DeregisterResponse;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import dev.weir.proto.discovery.v1.RegisterRequest;
import dev.weir.proto.discovery.v1.RegisterResponse;
import dev.weir.proto.registry.v1.FetchArtifactRequest;
import dev.weir.proto.registry.v1.FetchArtifactResponse;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.ReportWorkerStatusRequest;
import dev.weir.proto.registry.v1.ReportWorkerStatusResponse;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.WatchRequest;
import dev.weir.proto.registry.v1.WatchResponse;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.worker.v1.WorkerStatus;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * As much of a registry as a worker sees, on a real port: snapshots, artifacts, status reports,
 * discovery.
 */
public final class FakeRegistry implements AutoCloseable {
  private final GrpcServer server;
  private final Map<String, byte[]> artifacts = new ConcurrentHashMap<>();
  private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
  private final List<WorkerStatus> reports = new CopyOnWriteArrayList<>();
  private final Set<String> registered = ConcurrentHashMap.newKeySet();
  private final Map<String, ModelVersion> versions = new LinkedHashMap<>();
  private long revision;
  private Snapshot snapshot = Snapshot.getDefaultInstance();

  public FakeRegistry(int port) {
    server =
        GrpcServer.start(
            "fake registry",
            GrpcListenConfig.onLoopback(port),
            GrpcServer.Services.of(
                List.of(), new Snapshots(), new Artifacts(), new DiscoveryLeases()));
  }

  public int port() {
    return server.port();
  }

  /** Stores a version with its artifact. */
  public synchronized void push(ModelVersion version, byte[] artifact) {
    artifacts.put(version.getArtifact().getSha256(), artifact);
    versions.put(version.getModel() + "/" + version.getVersion(), version);
  }

  /** Stores a version whose artifact is missing. */
  public synchronized void pushWithoutArtifact(ModelVersion version) {
    versions.put(version.getModel() + "/" + version.getVersion(), version);
  }

  /** Places exactly these versions, named model/version. */
  public synchronized void place(String... names) {
    var next = Snapshot.newBuilder().setRevision(++revision).setEpoch("test");
    for (String name : names) {
      ModelVersion version = Objects.requireNonNull(versions.get(name), name);
      next.addVersions(version);
      next.addPlacements(
          Placement.newBuilder().setModel(version.getModel()).setVersion(version.getVersion()));
    }
    snapshot = next.build();
    var response = WatchResponse.newBuilder().setSnapshot(snapshot).setRevision(revision).build();
    watchers.forEach(watcher -> watcher.onNext(response));
  }

  /** The newest status reported; an empty one before the first. */
  public WorkerStatus lastReport() {
    return reports.isEmpty() ? WorkerStatus.getDefaultInstance() : reports.getLast();
  }

  public List<WorkerStatus> reports() {
    return List.copyOf(reports);
  }

  public Set<String> registered() {
    return Set.copyOf(registered);
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
      synchronized (FakeRegistry.this) {
        if (revision > request.getKnownRevision()) {
          observer.onNext(
              WatchResponse.newBuilder().setSnapshot(snapshot).setRevision(revision).build());
        }
        watchers.add(observer);
      }
    }

    @Override
    public void reportWorkerStatus(
        ReportWorkerStatusRequest request, StreamObserver<ReportWorkerStatusResponse> observer) {
      reports.add(request.getStatus());
      observer.onNext(ReportWorkerStatusResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private final class Artifacts extends ModelServiceGrpc.ModelServiceImplBase {
    @Override
    public void fetchArtifact(
        FetchArtifactRequest request, StreamObserver<FetchArtifactResponse> observer) {
      byte[] bytes = artifacts.get(request.getSha256());
      if (bytes == null) {
        observer.onError(Status.NOT_FOUND.asRuntimeException());
        return;
      }
      var chunks = new ArrayList<ByteString>();
      for (int at = 0; at < bytes.length; at += 1000) {
        chunks.add(ByteString.copyFrom(bytes, at, Math.min(1000, bytes.length - at)));
      }
      chunks.forEach(
          chunk -> observer.onNext(FetchArtifactResponse.newBuilder().setChunk(chunk).build()));
      observer.onCompleted();
    }
  }

  private final class DiscoveryLeases extends DiscoveryServiceGrpc.DiscoveryServiceImplBase {
    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> observer) {
      registered.add(request.getInstance().getId());
      observer.onNext(RegisterResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> observer) {
      registered.remove(request.getId());
      observer.onNext(DeregisterResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
