package dev.weir.router.logical;

import dev.weir.proto.inference.CudaSharedMemoryRegisterRequest;
import dev.weir.proto.inference.CudaSharedMemoryRegisterResponse;
import dev.weir.proto.inference.CudaSharedMemoryStatusRequest;
import dev.weir.proto.inference.CudaSharedMemoryStatusResponse;
import dev.weir.proto.inference.CudaSharedMemoryUnregisterRequest;
import dev.weir.proto.inference.CudaSharedMemoryUnregisterResponse;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.LogSettingsRequest;
import dev.weir.proto.inference.LogSettingsResponse;
import dev.weir.proto.inference.ModelConfigRequest;
import dev.weir.proto.inference.ModelConfigResponse;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.ModelReadyResponse;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.ModelStatisticsResponse;
import dev.weir.proto.inference.RepositoryIndexRequest;
import dev.weir.proto.inference.RepositoryIndexResponse;
import dev.weir.proto.inference.RepositoryModelLoadRequest;
import dev.weir.proto.inference.RepositoryModelLoadResponse;
import dev.weir.proto.inference.RepositoryModelUnloadRequest;
import dev.weir.proto.inference.RepositoryModelUnloadResponse;
import dev.weir.proto.inference.ServerLiveRequest;
import dev.weir.proto.inference.ServerLiveResponse;
import dev.weir.proto.inference.ServerMetadataRequest;
import dev.weir.proto.inference.ServerMetadataResponse;
import dev.weir.proto.inference.ServerReadyRequest;
import dev.weir.proto.inference.ServerReadyResponse;
import dev.weir.proto.inference.SystemSharedMemoryRegisterRequest;
import dev.weir.proto.inference.SystemSharedMemoryRegisterResponse;
import dev.weir.proto.inference.SystemSharedMemoryStatusRequest;
import dev.weir.proto.inference.SystemSharedMemoryStatusResponse;
import dev.weir.proto.inference.SystemSharedMemoryUnregisterRequest;
import dev.weir.proto.inference.SystemSharedMemoryUnregisterResponse;
import dev.weir.proto.inference.TraceSettingRequest;
import dev.weir.proto.inference.TraceSettingResponse;
import dev.weir.router.balance.Worker;
import dev.weir.router.balance.WorkerSet;
import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.CompiledRoute;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.policy.RoutingTable;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every rpc of the inference service but the two that carry tensors. Nothing here blocks the
 * calling thread.
 */
public final class LogicalService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  private static final List<String> EXTENSIONS =
      List.of(
          "sequence",
          "sequence(string_id)",
          "model_repository",
          "model_configuration",
          "binary_tensor_data",
          "parameters",
          "statistics");
  private static final String REGISTRY_DECIDES =
      "models are loaded and unloaded by the registry: push a version and start a rollout instead";
  private static final String NO_SHARED_MEMORY =
      "shared memory is local to one host and requests may be answered on any: send tensors in the"
          + " request instead";

  private final ServedModels models;
  private final Supplier<@Nullable ClientIdentity> caller;
  private final WorkerStatistics statistics;
  private final Executor blockingCalls;
  private final String serverName;
  private final String serverVersion;

  /**
   * @param caller who makes the call at hand; null: nobody has proven it
   * @param channels the channel to a worker
   * @param blockingCalls for what waits for workers
   * @param serverName name in ServerMetadata
   */
  public LogicalService(
      ServedModels models,
      Supplier<@Nullable ClientIdentity> caller,
      WorkerSet workers,
      Function<Worker, Channel> channels,
      Executor blockingCalls,
      String serverName,
      String serverVersion) {
    this.models = models;
    this.caller = caller;
    this.statistics = new WorkerStatistics(workers, channels);
    this.blockingCalls = blockingCalls;
    this.serverName = serverName;
    this.serverVersion = serverVersion;
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
    send(answer, ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> answer) {
    send(answer, ServerReadyResponse.newBuilder().setReady(models.isServerReady()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
    switch (find(request.getName(), request.getVersion())) {
      case LogicalVersion.Known(var table, var route, var variant) ->
          ready(
              answer,
              request.getVersion().isEmpty() ? models.isReady(route) : models.isReady(variant));
      case LogicalVersion.Forbidden(var refusal) -> refuse(answer, refusal);
      case LogicalVersion.Unknown _ -> ready(answer, false);
    }
  }

  private static void ready(StreamObserver<ModelReadyResponse> answer, boolean ready) {
    send(answer, ModelReadyResponse.newBuilder().setReady(ready).build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> answer) {
    send(
        answer,
        ServerMetadataResponse.newBuilder()
            .setName(serverName)
            .setVersion(serverVersion)
            .addAllExtensions(EXTENSIONS)
            .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> answer) {
    switch (find(request.getName(), request.getVersion())) {
      case LogicalVersion.Known known -> send(answer, ModelDescriptions.metadata(known));
      case LogicalVersion.Forbidden(var refusal) -> refuse(answer, refusal);
      case LogicalVersion.Unknown(var refusal) -> refuse(answer, refusal);
    }
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> answer) {
    switch (find(request.getName(), request.getVersion())) {
      case LogicalVersion.Known known ->
          send(
              answer,
              ModelConfigResponse.newBuilder().setConfig(ModelDescriptions.config(known)).build());
      case LogicalVersion.Forbidden(var refusal) -> refuse(answer, refusal);
      case LogicalVersion.Unknown(var refusal) -> refuse(answer, refusal);
    }
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> answer) {
    if (request.getName().isEmpty()) {
      sumUp(answer, everyVersion());
      return;
    }
    switch (find(request.getName(), request.getVersion())) {
      case LogicalVersion.Known(var table, var route, var variant) ->
          sumUp(
              answer,
              request.getVersion().isEmpty()
                  ? versionsOf(route)
                  : List.of(new Wanted(route.name(), variant)));
      case LogicalVersion.Forbidden(var refusal) -> refuse(answer, refusal);
      case LogicalVersion.Unknown(var refusal) -> refuse(answer, refusal);
    }
  }

  private record Wanted(String route, RouteVariant variant) {}

  private List<Wanted> everyVersion() {
    RoutingTable table = models.table();
    var wanted = new ArrayList<Wanted>();
    if (table != null) {
      ClientIdentity who = caller.get();
      table.routes().stream()
          .filter(route -> route.refusal(who) == null)
          .forEach(route -> wanted.addAll(versionsOf(route)));
    }
    return wanted;
  }

  private List<Wanted> versionsOf(CompiledRoute route) {
    return route.byVersion().entrySet().stream()
        .filter(e -> models.isReady(e.getValue()))
        .sorted(java.util.Map.Entry.comparingByKey())
        .map(e -> new Wanted(route.name(), e.getValue()))
        .toList();
  }

  private void sumUp(StreamObserver<ModelStatisticsResponse> answer, List<Wanted> wanted) {
    blockingCalls.execute(() -> {
      ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
      try {
        List<WorkerStatistics.Asked> asked =
            wanted.stream().map(w -> statistics.ask(w.route(), w.variant())).toList();
        for (WorkerStatistics.Asked each : asked) {
          response.addModelStats(WorkerStatistics.sum(each));
        }
        send(answer, response.build());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        answer.onError(Status.UNAVAILABLE.withDescription("stopping").asException());
      }
    });
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> answer) {
    RoutingTable table = models.table();
    send(
        answer,
        table == null
            ? RepositoryIndexResponse.getDefaultInstance()
            : RepositoryEntries.of(table, models, request.getReady(), caller.get()));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> answer) {
    refuse(answer, Status.FAILED_PRECONDITION, REGISTRY_DECIDES);
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> answer) {
    refuse(answer, Status.FAILED_PRECONDITION, REGISTRY_DECIDES);
  }

  @Override
  public void systemSharedMemoryStatus(
      SystemSharedMemoryStatusRequest request,
      StreamObserver<SystemSharedMemoryStatusResponse> answer) {
    send(answer, SystemSharedMemoryStatusResponse.getDefaultInstance());
  }

  @Override
  public void systemSharedMemoryRegister(
      SystemSharedMemoryRegisterRequest request,
      StreamObserver<SystemSharedMemoryRegisterResponse> answer) {
    refuse(answer, Status.UNIMPLEMENTED, NO_SHARED_MEMORY);
  }

  @Override
  public void systemSharedMemoryUnregister(
      SystemSharedMemoryUnregisterRequest request,
      StreamObserver<SystemSharedMemoryUnregisterResponse> answer) {
    send(answer, SystemSharedMemoryUnregisterResponse.getDefaultInstance());
  }

  @Override
  public void cudaSharedMemoryStatus(
      CudaSharedMemoryStatusRequest request,
      StreamObserver<CudaSharedMemoryStatusResponse> answer) {
    send(answer, CudaSharedMemoryStatusResponse.getDefaultInstance());
  }

  @Override
  public void cudaSharedMemoryRegister(
      CudaSharedMemoryRegisterRequest request,
      StreamObserver<CudaSharedMemoryRegisterResponse> answer) {
    refuse(answer, Status.UNIMPLEMENTED, NO_SHARED_MEMORY);
  }

  @Override
  public void cudaSharedMemoryUnregister(
      CudaSharedMemoryUnregisterRequest request,
      StreamObserver<CudaSharedMemoryUnregisterResponse> answer) {
    send(answer, CudaSharedMemoryUnregisterResponse.getDefaultInstance());
  }

  @Override
  public void traceSetting(
      TraceSettingRequest request, StreamObserver<TraceSettingResponse> answer) {
    if (request.getSettingsCount() > 0) {
      refuse(
          answer,
          Status.FAILED_PRECONDITION,
          "tracing is set in the router's configuration: telemetry.trace-sample-ratio");
    } else {
      send(answer, TraceSettingResponse.getDefaultInstance());
    }
  }

  @Override
  public void logSettings(LogSettingsRequest request, StreamObserver<LogSettingsResponse> answer) {
    if (request.getSettingsCount() > 0) {
      refuse(answer, Status.FAILED_PRECONDITION, "logging is set in each service's configuration");
    } else {
      send(answer, LogSettingsResponse.getDefaultInstance());
    }
  }

  private LogicalVersion find(String model, String version) {
    return LogicalVersion.find(models.table(), model, version, caller.get());
  }

  private static <T> void send(StreamObserver<T> answer, T message) {
    answer.onNext(message);
    answer.onCompleted();
  }

  private static void refuse(StreamObserver<?> answer, Decision.Refused refusal) {
    refuse(answer, Status.fromCodeValue(refusal.code().number()), refusal.message());
  }

  private static void refuse(StreamObserver<?> answer, Status status, String message) {
    answer.onError(status.withDescription(message).asException());
  }
}
