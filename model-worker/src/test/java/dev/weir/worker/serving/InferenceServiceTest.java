package dev.weir.worker.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.weir.proto.inference.ModelConfigRequest;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.proto.inference.ServerLiveRequest;
import dev.weir.proto.inference.ServerMetadataRequest;
import dev.weir.proto.registry.v1.FetchArtifactRequest;
import dev.weir.proto.registry.v1.FetchArtifactResponse;
import dev.weir.proto.registry.v1.ModelServiceGrpc;
import dev.weir.proto.route.v1.Placement;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.worker.admission.Room;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.placement.ArtifactCache;
import dev.weir.worker.placement.ArtifactFetch;
import dev.weir.worker.placement.ArtifactSource;
import dev.weir.worker.placement.FakeEngine;
import dev.weir.worker.placement.PlacementConfig;
import dev.weir.worker.placement.Placements;
import dev.weir.worker.sampling.Sampler;
import dev.weir.worker.sampling.SamplingConfig;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker's inference door over gRPC in this process, with a fake engine behind it. */
final class InferenceServiceTest {
  private static final byte[] BYTES = OnnxFile.sumAndProduct();

  @TempDir Path folder;
  private final FakeEngine engine = new FakeEngine();
  private final ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor();
  private final Scheduler scheduler = Scheduler.system("test");
  private final Room room = new Room(4, 4, Duration.ofMillis(1), Clock.system());
  private Server server;
  private ManagedChannel channel;
  private Placements placements;
  private InferenceService service;

  @BeforeEach
  void open() throws Exception {
    String name = InProcessServerBuilder.generateName();
    channel = InProcessChannelBuilder.forName(name).build();
    placements =
        new Placements(
            engine,
            new ArtifactFetch(
                ArtifactCache.open(folder, 1 << 20, Clock.system()),
                new ArtifactSource(channel, Duration.ofSeconds(5))),
            jobs,
            scheduler,
            PlacementConfig.defaults(),
            () -> {});
    var sampler = new Sampler(SamplingConfig.defaults(), "worker-1", channel);
    var inferences =
        new Inferences(
            placements,
            room,
            sampler,
            OpenTelemetry.noop().getTracer("test"),
            new WorkerMetrics(OpenTelemetry.noop().getMeter("test")),
            Clock.system());
    var board =
        new WorkerStatusBoard("worker-1", engine, room, placements, Duration.ZERO, Clock.system());
    service = new InferenceService(inferences, placements, engine, board, "1.2.3");
    server =
        InProcessServerBuilder.forName(name)
            .addService(service)
            .addService(new Artifacts())
            .intercept(CallFacts.interceptor())
            .build()
            .start();
    var snapshot = Snapshot.newBuilder().setRevision(1);
    for (String version : List.of("1", "2")) {
      snapshot.addVersions(Versions.sumAndProduct(version, BYTES));
      snapshot.addPlacements(Placement.newBuilder().setModel("test").setVersion(version));
    }
    placements.follow(snapshot.build());
    await().until(() -> placements.isSettled());
  }

  private static final class Artifacts extends ModelServiceGrpc.ModelServiceImplBase {
    @Override
    public void fetchArtifact(
        FetchArtifactRequest request, StreamObserver<FetchArtifactResponse> observer) {
      observer.onNext(
          FetchArtifactResponse.newBuilder().setChunk(ByteString.copyFrom(BYTES)).build());
      observer.onCompleted();
    }
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    scheduler.close();
    jobs.shutdownNow();
    assertThat(room.inFlight()).as("seats given back").isZero();
  }

  private GRPCInferenceServiceBlockingStub stub() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  private static ModelInferRequest request(String id) {
    return Versions.sumAndProductRequest(1, 2, 3, 4).toBuilder().setId(id).build();
  }

  private Status refused(ModelInferRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub().modelInfer(request))
        .getStatus();
  }

  @Test
  void it_answers_for_itself_and_for_its_models() {
    assertThat(stub().serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    var server = stub().serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertThat(server.getName()).isEqualTo("triton");
    assertThat(server.getVersion()).isEqualTo("1.2.3");
    var model = stub().modelMetadata(ModelMetadataRequest.newBuilder().setName("test").build());
    assertThat(model.getVersionsList()).containsExactly("1", "2");
    assertThat(model.getInputsList()).hasSize(2);
    assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L, 2L);
    assertThat(
            stub()
                .modelConfig(ModelConfigRequest.newBuilder().setName("test").build())
                .getConfig()
                .getName())
        .isEqualTo("test");
  }

  @Test
  void an_unknown_model_is_not_ready_which_is_no_error() {
    var request = ModelReadyRequest.newBuilder();
    assertThat(stub().modelReady(request.setName("test").build()).getReady()).isTrue();
    assertThat(stub().modelReady(request.setVersion("7").build()).getReady()).isFalse();
    assertThat(stub().modelReady(request.setName("x").setVersion("").build()).getReady()).isFalse();
    StatusRuntimeException bad =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub().modelReady(request.setVersion("new").build()));
    assertThat(bad.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void failures_have_the_code_of_whose_fault_they_are() {
    assertThat(refused(ModelInferRequest.getDefaultInstance()).getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    Status malformed = refused(request("a").toBuilder().removeInputs(0).build());
    assertThat(malformed.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    engine.failNextInfer(new EngineFailure(EngineFailure.Kind.MODEL_FAILED, "no such row"));
    Status failed = refused(request("a"));
    assertThat(failed.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failed.getDescription()).isEqualTo("model 'test' version '2' no such row");
    var statistics =
        stub()
            .modelStatistics(
                ModelStatisticsRequest.newBuilder().setName("test").setVersion("2").build());
    assertThat(statistics.getModelStats(0).getInferenceStats().getFail().getCount()).isEqualTo(2);
  }

  @Test
  void a_full_worker_says_so() {
    var seats = new ArrayList<Room.Seat>();
    for (int i = 0; i < room.capacity(); i++) {
      seats.add(((Room.Entry.Admitted) room.enter()).seat());
    }
    Status full = refused(request("a"));
    assertThat(full.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(full.getDescription()).contains("no place of 4");
    seats.forEach(Room.Seat::close);
    assertThat(stub().modelInfer(request("a")).getId()).isEqualTo("a");
  }

  /** Collects what a stream says, the end included. */
  private static final class Said implements StreamObserver<ModelStreamInferResponse> {
    final List<String> words = new CopyOnWriteArrayList<>();

    @Override
    public void onNext(ModelStreamInferResponse response) {
      String error = response.getErrorMessage();
      String id = response.getInferResponse().getId();
      words.add(error.isEmpty() ? id : id + ": " + error);
    }

    @Override
    public void onError(Throwable error) {
      words.add(Status.fromThrowable(error).getCode().name());
    }

    @Override
    public void onCompleted() {
      words.add("end");
    }
  }

  @Test
  void a_stream_answers_in_order_with_errors_in_band() {
    var said = new Said();
    var requests = GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(said);
    for (int i = 0; i < 50; i++) {
      requests.onNext(request("id-" + i));
    }
    requests.onNext(request("bad").toBuilder().setModelName("x").build());
    requests.onNext(request("last"));
    requests.onCompleted();
    await().until(() -> said.words.contains("end"));
    assertThat(said.words).hasSize(53);
    for (int i = 0; i < 50; i++) {
      assertThat(said.words.get(i)).isEqualTo("id-" + i);
    }
    assertThat(said.words.subList(50, 53))
        .containsExactly("bad: Request for unknown model: 'x' is not found", "last", "end");
  }

  @Test
  void a_client_that_asks_for_it_gets_a_stream_error_as_status() {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    var said = new Said();
    var requests =
        GRPCInferenceServiceGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .modelStreamInfer(said);
    requests.onNext(request("good"));
    requests.onNext(request("bad").toBuilder().setModelName("x").build());
    await().until(() -> said.words.size() == 2);
    assertThat(said.words).containsExactly("good", "NOT_FOUND");
  }

  @Test
  void draining_ends_an_idle_stream_after_what_it_was_asked() {
    var said = new Said();
    var requests = GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(said);
    requests.onNext(request("one"));
    await().until(() -> said.words.size() == 1);
    service.drainStreams();
    await().until(() -> said.words.size() == 2);
    assertThat(said.words).containsExactly("one", "UNAVAILABLE");
    // and one that comes later
    var late = new Said();
    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(late);
    await().until(() -> late.words.contains("UNAVAILABLE"));
  }
}
