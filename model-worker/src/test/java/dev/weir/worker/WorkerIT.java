package dev.weir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.RepositoryIndexRequest;
import dev.weir.proto.inference.RepositoryModelLoadRequest;
import dev.weir.proto.inference.ServerReadyRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.worker.v1.VersionState;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WatchStatusRequest;
import dev.weir.proto.worker.v1.WorkerServiceGrpc;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.Versions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** A whole worker with ONNX Runtime on real ports, between a fake registry and a fake monitor. */
final class WorkerIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Pattern ADDRESS = Pattern.compile("grpc=(\\S+)");

  static {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  @TempDir Path data;
  private final FakeRegistry registry = new FakeRegistry(0);
  private final int registryPort = registry.port();
  private final FakeMonitor monitor = new FakeMonitor();
  private Resources worker = new Resources();
  private GrpcChannel channel;

  @BeforeEach
  void start() throws Exception {
    byte[] bytes = OnnxFile.sumAndProduct();
    registry.push(Versions.sumAndProduct("1", bytes), bytes);
    registry.push(Versions.sumAndProduct("2", bytes), bytes);
    startWorker();
  }

  private void startWorker() throws Exception {
    var defaults = WorkerConfig.defaults();
    var arguments =
        List.of(
            "--data=" + data.resolve("worker"),
            "--registry=127.0.0.1:" + registryPort,
            "--monitor=127.0.0.1:" + monitor.port(),
            "--grpc.port=0",
            "--http.port=0",
            "--telemetry.trace-sample-ratio=1",
            // nobody takes them, but without an end point no spans are made
            "--telemetry.otlp-endpoints=http://127.0.0.1:" + monitor.port(),
            "--drain-grace=50ms");
    var outcome = new ConfigurationLoader<>("model-worker", defaults).load(arguments, Map.of());
    var config = ((ConfigurationLoader.Outcome.Run<WorkerConfig>) outcome).configuration();
    worker = new Resources();
    Matcher listening = ADDRESS.matcher(WorkerMain.start(config, worker));
    assertThat(listening.find()).isTrue();
    channel = GrpcChannel.to(HostAndPort.parse("worker", listening.group(1)), List.of());
  }

  @AfterEach
  void stop() throws Exception {
    channel.close();
    worker.close();
    registry.close();
    monitor.close();
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel.channel());
  }

  private boolean ready(String version) {
    return stub()
        .modelReady(ModelReadyRequest.newBuilder().setName("test").setVersion(version).build())
        .getReady();
  }

  private ModelInferResponse infer(String version) {
    return stub()
        .modelInfer(
            Versions.sumAndProductRequest(1, 2, 3, 4).toBuilder().setModelVersion(version).build());
  }

  @Test
  void it_serves_what_is_placed_and_only_that() {
    assertThat(stub().serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isFalse();
    assertThat(registry.registered()).isEmpty();
    registry.place("test/1");
    await().atMost(SOON).until(() -> ready("1"));
    assertThat(infer("").getModelVersion()).isEqualTo("1");
    await().atMost(SOON).until(() -> registry.registered().size() == 1);
    assertThat(stub().serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();

    registry.place("test/1", "test/2");
    await().atMost(SOON).until(() -> ready("2"));
    assertThat(infer("").getModelVersion()).isEqualTo("2");
    assertThat(infer("1").getModelVersion()).isEqualTo("1");

    registry.place("test/2");
    await().atMost(SOON).until(() -> !ready("1"));
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          StatusRuntimeException refused =
              catchThrowableOfType(StatusRuntimeException.class, () -> infer("1"));
          assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
          assertThat(refused.getStatus().getDescription())
              .isEqualTo("Request for unknown model: 'test' version 1 is not found");
        });
    var index = stub().repositoryIndex(RepositoryIndexRequest.getDefaultInstance());
    assertThat(index.getModelsList())
        .singleElement()
        .satisfies(model -> assertThat(model.getState()).isEqualTo("READY"));
  }

  @Test
  void answers_say_how_busy_the_worker_is() {
    registry.place("test/1");
    await().atMost(SOON).until(() -> ready("1"));
    var trailers = new AtomicReference<>(new Metadata());
    var headers = new AtomicReference<>(new Metadata());

    stub()
        .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
        .modelInfer(Versions.sumAndProductRequest(1, 2, 3, 4));

    assertThat(
            Objects.requireNonNull(trailers.get())
                .containsKey(
                    Metadata.Key.of("endpoint-load-metrics-bin", Metadata.BINARY_BYTE_MARSHALLER)))
        .isTrue();
  }

  @Test
  void a_version_that_cannot_load_is_reported_with_the_reason_and_the_others_serve() {
    byte[] broken = {1, 2, 3};
    registry.push(Versions.sumAndProduct("3", broken), broken);
    ModelVersion missing = Versions.sumAndProduct("4", new byte[] {9});
    registry.pushWithoutArtifact(missing);
    registry.place("test/1", "test/3", "test/4");
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          WorkerStatus status = registry.lastReport();
          assertThat(status.getVersionsList())
              .extracting(VersionStatus::getState)
              .containsExactly(
                  VersionState.AVAILABLE, VersionState.LOAD_FAILED, VersionState.LOAD_FAILED);
          assertThat(status.getVersions(1).getReason()).contains("onnxruntime");
          assertThat(status.getVersions(2).getReason()).contains("NOT_FOUND");
          assertThat(status.getState()).isEqualTo(WorkerState.READY);
          assertThat(status.getEngine()).isEqualTo("onnxruntime");
          assertThat(status.getSnapshotRevision()).isEqualTo(1);
        });
    assertThat(infer("").getModelVersion()).isEqualTo("1");
  }

  @Test
  void without_placements_it_is_ready_and_says_so_to_watchers() {
    registry.place();
    await().atMost(SOON).until(() -> registry.registered().size() == 1);
    var statuses =
        WorkerServiceGrpc.newBlockingStub(channel.channel())
            .watchStatus(WatchStatusRequest.newBuilder().setWatcher("test").build());
    WorkerStatus first = statuses.next();
    assertThat(first.getState()).isEqualTo(WorkerState.READY);
    assertThat(first.getCapacity()).isEqualTo(64);
    assertThat(first.getInstance()).startsWith("worker-1-");
    // a sign of life comes by itself
    assertThat(statuses.next().getState()).isEqualTo(WorkerState.READY);
  }

  @Test
  void predictions_reach_the_monitor_with_assignment_and_trace() {
    registry.place("test/1");
    await().atMost(SOON).until(() -> ready("1"));
    Assignment assignment =
        Assignment.newBuilder()
            .setRoute("test")
            .setVariant("canary")
            .setArm(Arm.ARM_CANARY)
            .setUnit(77)
            .setAttempt(1)
            .build();
    var headers = new Metadata();
    headers.put(MeshMetadata.ASSIGNMENT, assignment.toByteArray());
    headers.put(MeshMetadata.REQUEST_ID, "id-from-router");
    stub()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .modelInfer(Versions.sumAndProductRequest(1, 2, 3, 4));
    await().atMost(SOON).until(() -> monitor.samples().size() == 1);
    Sample sample = monitor.samples().getFirst();
    assertThat(sample.getAssignment()).isEqualTo(assignment);
    assertThat(sample.getRequestId()).isEqualTo("id-from-router");
    assertThat(sample.getModel()).isEqualTo("test");
    assertThat(sample.getInputsCount()).isEqualTo(2);
    assertThat(sample.getOutputsCount()).isEqualTo(2);
    assertThat(sample.getTraceId()).hasSize(32);
    assertThat(sample.getWorkerNanos()).isPositive();

    var statistics = stub().modelStatistics(ModelStatisticsRequest.getDefaultInstance());
    assertThat(statistics.getModelStats(0).getInferenceStats().getSuccess().getCount())
        .isEqualTo(1);
    assertThat(statistics.getModelStats(0).getInferenceStats().getComputeInfer().getNs())
        .isPositive();
  }

  @Test
  void after_a_restart_it_serves_from_disk_without_a_registry() throws Exception {
    registry.place("test/1");
    await().atMost(SOON).until(() -> ready("1"));
    channel.close();
    worker.close();
    registry.close();
    startWorker();
    await().atMost(SOON).until(() -> ready("1"));
    assertThat(infer("").getModelVersion()).isEqualTo("1");
  }

  @Test
  void stopping_announces_itself_and_leaves_discovery() {
    registry.place("test/1");
    await().atMost(SOON).until(() -> registry.registered().size() == 1);
    var statuses =
        WorkerServiceGrpc.newBlockingStub(channel.channel())
            .watchStatus(WatchStatusRequest.getDefaultInstance());
    statuses.next();
    Thread stopping = Thread.ofVirtual().start(worker::close);
    var states = new ArrayList<WorkerState>();
    statuses.forEachRemaining(status -> states.add(status.getState()));
    assertThat(states).last().isEqualTo(WorkerState.DRAINING);
    assertThat(registry.registered()).isEmpty();
    assertThat(registry.lastReport().getState()).isEqualTo(WorkerState.DRAINING);
    await().atMost(SOON).until(() -> !stopping.isAlive());
  }

  @Test
  void clients_cannot_load_or_unload() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub().repositoryModelLoad(RepositoryModelLoadRequest.getDefaultInstance()));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(refused.getStatus().getDescription()).contains("placements");
  }
}
