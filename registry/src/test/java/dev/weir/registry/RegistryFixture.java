package dev.weir.registry;

import com.google.protobuf.ByteString;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import dev.weir.proto.registry.v1.Alias;
import dev.weir.proto.registry.v1.Artifact;
import dev.weir.proto.registry.v1.GetRolloutRequest;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.PushVersionRequest;
import dev.weir.proto.registry.v1.PushVersionResponse;
import dev.weir.proto.registry.v1.PutRouteRequest;
import dev.weir.proto.registry.v1.ReportVerdictsRequest;
import dev.weir.proto.registry.v1.ReportWorkerStatusRequest;
import dev.weir.proto.registry.v1.RolloutServiceGrpc;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.proto.registry.v1.SnapshotServiceGrpc;
import dev.weir.proto.registry.v1.StartRolloutRequest;
import dev.weir.proto.registry.v1.TensorSpec;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutStep;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.proto.route.v1.Variant;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.registry.api.Actor;
import dev.weir.registry.api.CallGuard;
import dev.weir.registry.control.RegistryMetrics;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A whole registry in this process: real database and files in a folder, gRPC without sockets, a
 * clock that stands still.
 */
final class RegistryFixture implements AutoCloseable {
  static final byte[] MODEL_BYTES = {1, 2, 3, 4, 5};

  final TestClock clock;
  final Readiness readiness = new Readiness();
  final RegistryParts parts;
  final ModelServiceGrpc.ModelServiceStub uploads;
  final ModelServiceGrpc.ModelServiceBlockingStub models;
  final RolloutServiceGrpc.RolloutServiceBlockingStub rollouts;
  final SnapshotServiceGrpc.SnapshotServiceBlockingStub snapshots;
  final ManagedChannel channel;
  private final Server server;
  private final Resources resources = new Resources();

  RegistryFixture(Path folder) throws IOException {
    this(folder, new TestClock());
  }

  /** A clock that goes on: for restarts. */
  RegistryFixture(Path folder, TestClock clock) throws IOException {
    this.clock = clock;
    var metrics = new RegistryMetrics(OpenTelemetry.noop().getMeter("test"));
    parts =
        RegistryParts.open(
            RegistryConfig.defaults(),
            folder,
            new RegistryParts.Surroundings(
                clock,
                clock,
                Randomness.seeded(1),
                metrics,
                OpenTelemetry.noop().getTracer("test"),
                readiness),
            resources);
    String name = "registry-" + folder.getFileName() + "-" + System.identityHashCode(this);
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    parts.grpc().forEach(builder::addService);
    server = builder.intercept(new CallGuard(metrics)).intercept(new Actor()).build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    var actor = new Metadata();
    actor.put(Metadata.Key.of("weir-actor", Metadata.ASCII_STRING_MARSHALLER), "ada");
    var named = MetadataUtils.newAttachHeadersInterceptor(actor);
    uploads = ModelServiceGrpc.newStub(channel).withInterceptors(named);
    models = ModelServiceGrpc.newBlockingStub(channel).withInterceptors(named);
    rollouts = RolloutServiceGrpc.newBlockingStub(channel).withInterceptors(named);
    snapshots = SnapshotServiceGrpc.newBlockingStub(channel);
  }

  static ModelVersion.Builder version(String number) {
    return ModelVersion.newBuilder()
        .setModel("fraud")
        .setVersion(number)
        .setArtifact(Artifact.newBuilder().setFormat("onnx").setFileName("fraud.onnx"))
        .setSignature(
            Signature.newBuilder()
                .addInputs(tensor("features", "FP32", -1, 16))
                .addOutputs(tensor("label", "INT64", -1))
                .setClassOutput("label"));
  }

  static TensorSpec tensor(String name, String datatype, long... shape) {
    TensorSpec.Builder tensor = TensorSpec.newBuilder().setName(name).setDatatype(datatype);
    for (long dimension : shape) {
      tensor.addShape(dimension);
    }
    return tensor.build();
  }

  /** Pushes a header and chunks. */
  Replied<PushVersionResponse> tryPush(ModelVersion header, byte[]... chunks) {
    var replied = new Replied<PushVersionResponse>();
    StreamObserver<PushVersionRequest> requests = uploads.pushVersion(replied);
    requests.onNext(PushVersionRequest.newBuilder().setHeader(header).build());
    for (byte[] chunk : chunks) {
      requests.onNext(PushVersionRequest.newBuilder().setChunk(ByteString.copyFrom(chunk)).build());
    }
    if (!replied.failed()) {
      requests.onCompleted();
    }
    return replied;
  }

  ModelVersion push(String number) {
    byte[] bytes = {(byte) number.hashCode(), 2, 3};
    return tryPush(version(number).build(), bytes).value().getVersion();
  }

  static Route.Builder route(String number) {
    return Route.newBuilder()
        .setName("fraud")
        .addVariants(
            Variant.newBuilder()
                .setName("main")
                .setModel("fraud")
                .setVersion(number)
                .setWeightBasisPoints(10_000));
  }

  Route put(Route.Builder route) {
    return rollouts.putRoute(PutRouteRequest.newBuilder().setRoute(route).build()).getRoute();
  }

  static RolloutSpec.Builder spec(String canary, int... shares) {
    RolloutSpec.Builder spec = RolloutSpec.newBuilder().setRoute("fraud").setCanaryVersion(canary);
    for (int share : shares) {
      spec.addSteps(RolloutStep.newBuilder().setCanaryBasisPoints(share));
    }
    return spec;
  }

  Rollout start(RolloutSpec.Builder spec) {
    return rollouts
        .startRollout(StartRolloutRequest.newBuilder().setSpec(spec).build())
        .getRollout();
  }

  Rollout rollout(String id) {
    return rollouts
        .getRollout(GetRolloutRequest.newBuilder().setRolloutId(id).build())
        .getRollout();
  }

  /** A ready worker that follows the newest snapshot and has this version in this state. */
  void report(String worker, String version, VersionState state) {
    report(worker, version, state, newest().getRevision());
  }

  void report(String worker, String version, VersionState state, long snapshotRevision) {
    var unused = snapshots.reportWorkerStatus(status(worker, version, state, snapshotRevision));
  }

  /** A report that a worker is ready and has a version available. */
  static ReportWorkerStatusRequest ready(String worker, String version, long snapshotRevision) {
    return status(worker, version, VersionState.AVAILABLE, snapshotRevision);
  }

  private static ReportWorkerStatusRequest status(
      String worker, String version, VersionState state, long snapshotRevision) {
    return ReportWorkerStatusRequest.newBuilder()
        .setStatus(
            WorkerStatus.newBuilder()
                .setInstance(worker)
                .setState(WorkerState.READY)
                .setSnapshotRevision(snapshotRevision)
                .addVersions(
                    VersionStatus.newBuilder()
                        .setModel("fraud")
                        .setVersion(version)
                        .setState(state)))
        .build();
  }

  List<String> verdict(Verdict.Builder verdict) {
    return rollouts
        .reportVerdicts(
            ReportVerdictsRequest.newBuilder().setMonitor("monitor-1").addVerdicts(verdict).build())
        .getFinishedRolloutsList();
  }

  Snapshot newest() {
    return parts.feed().newest();
  }

  static Alias alias(String name, String version) {
    return Alias.newBuilder().setModel("fraud").setAlias(name).setVersion(version).build();
  }

  @Override
  public void close() {
    parts.feed().end();
    channel.shutdownNow();
    server.shutdownNow();
    resources.close();
  }
}
