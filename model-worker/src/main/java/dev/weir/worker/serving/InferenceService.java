package dev.weir.worker.serving;

import dev.weir.proto.inference.*;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.worker.admission.Refusal;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.placement.Placements;
import dev.weir.worker.placement.ServedVersion;
import dev.weir.worker.placement.VersionTable;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.Span;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The inference protocol on a worker. Which versions are loaded is the registry's business: loading
 * and unloading by this door is refused, and so is shared memory, which does not reach across the
 * mesh.
 */
public final class InferenceService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  private static final List<String> EXTENSIONS =
      List.of("binary_tensor_data", "parameters", "statistics", "model_configuration");

  private final Inferences inferences;
  private final Placements placements;
  private final Engine engine;
  private final WorkerStatusBoard board;
  private final String serverVersion;
  private final Set<StreamSession> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  public InferenceService(
      Inferences inferences,
      Placements placements,
      Engine engine,
      WorkerStatusBoard board,
      String serverVersion) {
    this.inferences = inferences;
    this.placements = placements;
    this.engine = engine;
    this.board = board;
    this.serverVersion = serverVersion;
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    CallFacts facts = CallFacts.current();
    describe(facts);
    switch (inferences.serve(request, facts)) {
      case Inferences.Answer.Answered(var response) -> answer(observer, response);
      case Inferences.Answer.Refused(var refusal) -> refuse(observer, refusal);
    }
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> observer) {
    CallFacts facts = CallFacts.current();
    describe(facts);
    var responses = (ServerCallStreamObserver<ModelStreamInferResponse>) observer;
    var holder = new StreamSession[1];
    var session =
        new StreamSession(
            responses, inferences, facts, engine.openStream(), () -> streams.remove(holder[0]));
    holder[0] = session;
    streams.add(session);
    session.begin();
    if (draining) {
      session.drain();
    }
    return session;
  }

  /** Says on the call's span how the router assigned the request. */
  private static void describe(CallFacts facts) {
    Span span = Span.current();
    if (span.isRecording() && facts.assignment().isPresent()) {
      Assignment assignment = facts.assignment().get();
      span.setAttribute("weir.route", assignment.getRoute())
          .setAttribute("weir.variant", assignment.getVariant())
          .setAttribute("weir.arm", assignment.getArm().name())
          .setAttribute("weir.canary_probability", assignment.getCanaryProbability())
          .setAttribute("weir.unit", HexFormat.of().toHexDigits(assignment.getUnit()))
          .setAttribute("weir.rollout", assignment.getRolloutId());
    }
  }

  /** Ends idle streams now and others when their messages are answered. */
  public void drainStreams() {
    draining = true;
    List.copyOf(streams).forEach(StreamSession::drain);
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    answer(observer, ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    boolean ready = board.state() == WorkerState.READY;
    answer(observer, ServerReadyResponse.newBuilder().setReady(ready).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    if (!Lookup.isVersion(request.getVersion())) {
      refuse(observer, Lookup.badVersion(request.getVersion()));
      return;
    }
    boolean ready =
        Lookup.find(placements.table(), request.getName(), request.getVersion())
            instanceof Lookup.Result.Found;
    answer(observer, ModelReadyResponse.newBuilder().setReady(ready).build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    answer(
        observer,
        ServerMetadataResponse.newBuilder()
            // the name that stock clients expect of a server that speaks Triton's extensions
            .setName("triton")
            .setVersion(serverVersion)
            .addAllExtensions(EXTENSIONS)
            .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    VersionTable table = placements.table();
    switch (Lookup.find(table, request.getName(), request.getVersion())) {
      case Lookup.Result.Found(var version) ->
          answer(observer, ModelDescriptions.metadata(version, table.rows(version.key().model())));
      case Lookup.Result.Missing(var refusal) -> refuse(observer, refusal);
    }
  }

  @Override
  public void modelConfig(
      ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
    switch (Lookup.find(placements.table(), request.getName(), request.getVersion())) {
      case Lookup.Result.Found(var version) ->
          answer(
              observer,
              ModelConfigResponse.newBuilder().setConfig(version.loaded().config()).build());
      case Lookup.Result.Missing(var refusal) -> refuse(observer, refusal);
    }
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
    VersionTable table = placements.table();
    if (!request.getName().isEmpty()
        && Lookup.find(table, request.getName(), request.getVersion())
            instanceof Lookup.Result.Missing(var refusal)) {
      refuse(observer, refusal);
      return;
    }
    var response = ModelStatisticsResponse.newBuilder();
    table.rows().stream()
        .flatMap(row -> row.served().stream())
        .filter(version -> matches(request, version))
        .forEach(version -> response.addModelStats(ModelDescriptions.statistics(version)));
    answer(observer, response.build());
  }

  private static boolean matches(ModelStatisticsRequest request, ServedVersion version) {
    boolean model = request.getName().isEmpty() || request.getName().equals(version.key().model());
    boolean number =
        request.getVersion().isEmpty() || request.getVersion().equals(version.key().version());
    return model && number;
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
    var response = RepositoryIndexResponse.newBuilder();
    placements.table().rows().stream()
        .map(ModelDescriptions::index)
        .filter(index -> !request.getReady() || index.getState().equals("READY"))
        .forEach(response::addModels);
    answer(observer, response.build());
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    refuse(observer, byPlacement());
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    refuse(observer, byPlacement());
  }

  @Override
  public void systemSharedMemoryStatus(
      SystemSharedMemoryStatusRequest request,
      StreamObserver<SystemSharedMemoryStatusResponse> observer) {
    answer(observer, SystemSharedMemoryStatusResponse.getDefaultInstance());
  }

  @Override
  public void systemSharedMemoryRegister(
      SystemSharedMemoryRegisterRequest request,
      StreamObserver<SystemSharedMemoryRegisterResponse> observer) {
    refuse(observer, noSharedMemory());
  }

  @Override
  public void systemSharedMemoryUnregister(
      SystemSharedMemoryUnregisterRequest request,
      StreamObserver<SystemSharedMemoryUnregisterResponse> observer) {
    answer(observer, SystemSharedMemoryUnregisterResponse.getDefaultInstance());
  }

  @Override
  public void cudaSharedMemoryStatus(
      CudaSharedMemoryStatusRequest request,
      StreamObserver<CudaSharedMemoryStatusResponse> observer) {
    answer(observer, CudaSharedMemoryStatusResponse.getDefaultInstance());
  }

  @Override
  public void cudaSharedMemoryRegister(
      CudaSharedMemoryRegisterRequest request,
      StreamObserver<CudaSharedMemoryRegisterResponse> observer) {
    refuse(observer, noSharedMemory());
  }

  @Override
  public void cudaSharedMemoryUnregister(
      CudaSharedMemoryUnregisterRequest request,
      StreamObserver<CudaSharedMemoryUnregisterResponse> observer) {
    answer(observer, CudaSharedMemoryUnregisterResponse.getDefaultInstance());
  }

  private static Refusal byPlacement() {
    return new Refusal(
        Status.Code.UNIMPLEMENTED,
        "model_control",
        "explicit model load / unload is not allowed: the registry's placements decide which versions are loaded");
  }

  private static Refusal noSharedMemory() {
    return new Refusal(
        Status.Code.UNIMPLEMENTED,
        "shared_memory",
        "shared memory does not reach across the mesh: send tensors in the message");
  }

  private static <T> void answer(StreamObserver<T> observer, T response) {
    observer.onNext(response);
    observer.onCompleted();
  }

  private static void refuse(StreamObserver<?> observer, Refusal refusal) {
    observer.onError(refusal.status().asRuntimeException());
  }
}
