package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.proto.inference.CudaSharedMemoryStatusRequest;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.weir.proto.inference.LogSettingsRequest;
import dev.weir.proto.inference.ModelConfigRequest;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.RepositoryIndexRequest;
import dev.weir.proto.inference.RepositoryIndexResponse;
import dev.weir.proto.inference.RepositoryModelLoadRequest;
import dev.weir.proto.inference.RepositoryModelUnloadRequest;
import dev.weir.proto.inference.ServerLiveRequest;
import dev.weir.proto.inference.ServerMetadataRequest;
import dev.weir.proto.inference.ServerReadyRequest;
import dev.weir.proto.inference.SystemSharedMemoryRegisterRequest;
import dev.weir.proto.inference.SystemSharedMemoryStatusRequest;
import dev.weir.proto.inference.SystemSharedMemoryUnregisterRequest;
import dev.weir.proto.inference.TraceSettingRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but inference, answered for the logical model. */
class LogicalTest {
  @TempDir Path data;
  private Mesh mesh;
  private GRPCInferenceServiceBlockingStub client;

  @BeforeEach
  void start() {
    mesh =
        new Mesh(
            data,
            Snapshots.of(1, Snapshots.canary("fraud", 500).build(), Snapshots.single("churn", "4")),
            "fraud/1 churn/4",
            "fraud/1 fraud/2 churn/4");
    client = mesh.router.client();
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private boolean modelReady(String model, String version) {
    return client
        .modelReady(ModelReadyRequest.newBuilder().setName(model).setVersion(version).build())
        .getReady();
  }

  @Test
  void the_server_is_live_and_ready() {
    assertThat(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
  }

  @Test
  void a_model_is_ready_when_its_requests_find_a_worker_and_unknown_ones_are_no_error() {
    assertThat(modelReady("fraud", "")).isTrue();
    assertThat(modelReady("fraud", "2")).isTrue();
    assertThat(modelReady("fraud", "3")).isFalse();
    assertThat(modelReady("x", "")).isFalse();
  }

  @Test
  void metadata_is_that_of_the_logical_model() {
    ModelMetadataResponse metadata =
        client.modelMetadata(ModelMetadataRequest.newBuilder().setName("fraud").build());

    assertThat(metadata.getName()).isEqualTo("fraud");
    assertThat(metadata.getVersionsList()).containsExactly("1", "2");
    assertThat(metadata.getPlatform()).isEqualTo("onnxruntime_onnx");
    assertThat(metadata.getInputs(0).getName()).isEqualTo("x");
    assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, 4L);
    assertThat(metadata.getOutputs(0).getDatatype()).isEqualTo("INT64");
    assertThatThrownBy(
            () -> client.modelMetadata(ModelMetadataRequest.newBuilder().setName("x").build()))
        .hasMessage("NOT_FOUND: Request for unknown model: 'x' is not found");
  }

  @Test
  void the_server_bears_the_name_that_stock_clients_check_for() {
    var metadata = client.serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertThat(metadata.getName()).isEqualTo("triton");
    assertThat(metadata.getExtensionsList()).contains("sequence", "statistics");
  }

  @Test
  void the_configuration_follows_the_signature() {
    var config =
        client.modelConfig(ModelConfigRequest.newBuilder().setName("churn").build()).getConfig();
    assertThat(config.getName()).isEqualTo("churn");
    assertThat(config.getBackend()).isEqualTo("onnxruntime");
    assertThat(config.getInput(0).getDimsList()).containsExactly(-1L, 4L);
  }

  @Test
  void statistics_add_up_over_the_workers() {
    for (int i = 0; i < 12; i++) {
      client.modelInfer(request("churn"));
    }

    var statistics =
        client.modelStatistics(ModelStatisticsRequest.newBuilder().setName("churn").build());

    assertThat(statistics.getModelStatsCount()).isEqualTo(1);
    assertThat(statistics.getModelStats(0).getName()).isEqualTo("churn");
    assertThat(statistics.getModelStats(0).getVersion()).isEqualTo("4");
    assertThat(statistics.getModelStats(0).getInferenceCount()).isEqualTo(12);
    assertThat(
            client
                .modelStatistics(ModelStatisticsRequest.getDefaultInstance())
                .getModelStatsCount())
        .isEqualTo(3);
  }

  @Test
  void the_index_has_one_entry_per_logical_version() {
    RepositoryIndexResponse index =
        client.repositoryIndex(RepositoryIndexRequest.getDefaultInstance());

    assertThat(index.getModelsList())
        .extracting(m -> m.getName() + "/" + m.getVersion() + " " + m.getState())
        .containsExactly("churn/4 READY", "fraud/1 READY", "fraud/2 READY");
  }

  @Test
  void loading_is_the_registrys_business() {
    assertThatThrownBy(
            () -> client.repositoryModelLoad(RepositoryModelLoadRequest.getDefaultInstance()))
        .hasMessageStartingWith("FAILED_PRECONDITION: models are loaded and unloaded by");
    assertThatThrownBy(
            () -> client.repositoryModelUnload(RepositoryModelUnloadRequest.getDefaultInstance()))
        .hasMessageStartingWith("FAILED_PRECONDITION");
  }

  @Test
  void there_is_no_shared_memory() {
    assertThat(
            client
                .systemSharedMemoryStatus(SystemSharedMemoryStatusRequest.getDefaultInstance())
                .getRegionsCount())
        .isZero();
    assertThat(
            client
                .cudaSharedMemoryStatus(CudaSharedMemoryStatusRequest.getDefaultInstance())
                .getRegionsCount())
        .isZero();
    assertThat(
            client.systemSharedMemoryUnregister(
                SystemSharedMemoryUnregisterRequest.getDefaultInstance()))
        .isNotNull();
    assertThatThrownBy(() ->
            client.systemSharedMemoryRegister(
                SystemSharedMemoryRegisterRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNIMPLEMENTED: shared memory is local to one host");
  }

  @Test
  void settings_can_be_asked_for_and_not_changed() {
    assertThat(client.traceSetting(TraceSettingRequest.getDefaultInstance()).getSettingsCount())
        .isZero();
    assertThat(client.logSettings(LogSettingsRequest.getDefaultInstance()).getSettingsCount())
        .isZero();
    assertThatThrownBy(() ->
            client.logSettings(
                LogSettingsRequest.newBuilder()
                    .putSettings(
                        "log_verbose_level",
                        LogSettingsRequest.SettingValue.newBuilder().setUint32Param(1).build())
                    .build()))
        .hasMessageStartingWith("FAILED_PRECONDITION");
  }

  @Test
  void health_is_known_for_the_server_the_service_and_each_model() {
    assertThat(mesh.router.health("")).isEqualTo(ServingStatus.SERVING);
    assertThat(mesh.router.health("inference.GRPCInferenceService"))
        .isEqualTo(ServingStatus.SERVING);
    assertThat(mesh.router.health("churn")).isEqualTo(ServingStatus.SERVING);
    assertThat(mesh.router.health("x")).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
  }

  @Test
  void a_models_health_can_be_watched() {
    Iterator<HealthCheckResponse> watch =
        HealthGrpc.newBlockingStub(mesh.router.channel)
            .watch(HealthCheckRequest.newBuilder().setService("churn").build());
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);

    mesh.workers.forEach(w -> w.ready("fraud/1"));

    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(mesh.router.health("fraud")).isEqualTo(ServingStatus.SERVING);
    assertThat(modelReady("churn", "")).isFalse();
  }

  @Test
  void reflection_describes_the_service_although_it_is_carried_as_bytes() throws Exception {
    var first = new CompletableFuture<ServerReflectionResponse>();
    StreamObserver<ServerReflectionRequest> ask =
        ServerReflectionGrpc.newStub(mesh.router.channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse value) {
                    first.complete(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    first.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    ask.onNext(
        ServerReflectionRequest.newBuilder()
            .setFileContainingSymbol("inference.GRPCInferenceService.ModelStreamInfer")
            .build());

    assertThat(
            first
                .get(10, TimeUnit.SECONDS)
                .getFileDescriptorResponse()
                .getFileDescriptorProtoCount())
        .isPositive();
    ask.onCompleted();
  }
}
