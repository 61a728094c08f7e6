package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cases of grpc's interop specification that apply to a router, by their names there: a
 * grpc-java client, the packaged router, a grpc-java server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InteropCasesIT {
  private static final int PATIENCE_SECONDS = 20;
  private static final String MODEL = "interop";

  private @Nullable InteropServer server;
  private @Nullable RouterUnderTest router;
  private @Nullable ManagedChannel channel;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    var models = List.of(new ServedModel(MODEL, "UINT8", "UINT8"));
    server = new InteropServer();
    router =
        RouterUnderTest.start(
            folder,
            models,
            List.of(new RouterUnderTest.Server(server.address(), models)),
            List.of());
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", router.address().port())
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  @AfterAll
  void stop() throws Exception {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (router != null) {
      router.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private ManagedChannel channel() {
    return Objects.requireNonNull(channel);
  }

  private InteropServer server() {
    return Objects.requireNonNull(server);
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub client() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static ModelInferRequest.Builder request() {
    return ModelInferRequest.newBuilder().setModelName(MODEL);
  }

  private static ModelInferRequest.Builder request(int sent, int wanted) {
    return request()
        .addRawInputContents(ByteString.copyFrom(new byte[sent]))
        .putParameters("size", InferParameter.newBuilder().setInt64Param(wanted).build());
  }

  private static ModelInferRequest failing(int code, String message) {
    return request()
        .putParameters("code", InferParameter.newBuilder().setInt64Param(code).build())
        .putParameters("message", InferParameter.newBuilder().setStringParam(message).build())
        .build();
  }

  private static ModelInferRequest sleeping() {
    return request()
        .putParameters("sleep", InferParameter.newBuilder().setBoolParam(true).build())
        .build();
  }

  private static void has(ModelInferResponse answer, int sent, int wanted) {
    assertThat(answer.getParametersOrThrow("received").getInt64Param()).isEqualTo(sent);
    assertThat(answer.getRawOutputContents(0).size()).isEqualTo(wanted);
  }

  private Status failure(ModelInferRequest request) {
    return Objects.requireNonNull(
            catchThrowableOfType(StatusRuntimeException.class, () -> client().modelInfer(request)))
        .getStatus();
  }

  @Test
  void empty_unary() {
    ModelInferResponse answer = client().modelInfer(request().build());
    assertThat(answer.getModelName()).isEqualTo(MODEL);
    assertThat(answer.getRawOutputContentsCount()).isZero();
  }

  @Test
  void large_unary() {
    has(client().modelInfer(request(271_828, 314_159).build()), 271_828, 314_159);
  }

  @Test
  void concurrent_large_unary() {
    var stub = GRPCInferenceServiceGrpc.newFutureStub(channel());
    var answers =
        IntStream.range(0, 200)
            .mapToObj(i -> stub.modelInfer(request(271_828, 314_159).build()))
            .toList();
    assertThat(answers)
        .allSatisfy(
            answer -> has(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS), 271_828, 314_159));
  }

  @Test
  void client_compressed_unary() {
    has(
        client().withCompression("gzip").modelInfer(request(271_828, 314_159).build()),
        271_828,
        314_159);
    has(client().modelInfer(request(271_828, 314_159).build()), 271_828, 314_159);
  }

  @Test
  void server_compressed_unary() {
    for (boolean compressed : new boolean[] {true, false}) {
      ModelInferRequest request =
          request(271_828, 314_159)
              .putParameters(
                  "compressed", InferParameter.newBuilder().setBoolParam(compressed).build())
              .build();
      has(client().modelInfer(request), 271_828, 314_159);
    }
  }

  @Test
  void ping_pong() throws Exception {
    int[] sent = {27_182, 8, 1_828, 45_904};
    int[] wanted = {31_415, 9, 2_653, 58_979};
    var answers = new Answers();
    StreamObserver<ModelInferRequest> requests = open(answers);
    for (int i = 0; i < sent.length; i++) {
      requests.onNext(request(sent[i], wanted[i]).build());
      has(answers.next(), sent[i], wanted[i]);
    }
    requests.onCompleted();
    assertThat(answers.end().isOk()).isTrue();
  }

  @Test
  void empty_stream() throws Exception {
    var answers = new Answers();
    open(answers).onCompleted();
    assertThat(answers.end().isOk()).isTrue();
    assertThat(answers.messages).isEmpty();
  }

  @Test
  void cancel_after_begin() throws Exception {
    var answers = new Answers();
    open(answers).onError(Status.CANCELLED.asException());
    assertThat(answers.end().getCode()).isEqualTo(Status.Code.CANCELLED);
  }

  @Test
  void cancel_after_first_response() throws Exception {
    var answers = new Answers();
    StreamObserver<ModelInferRequest> requests = open(answers);
    requests.onNext(request(27_182, 31_415).build());
    has(answers.next(), 27_182, 31_415);
    server().cancelled.drainPermits();
    requests.onError(Status.CANCELLED.asException());
    assertThat(answers.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(server().cancelled.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void timeout_on_sleeping_server() throws Exception {
    server().cancelled.drainPermits();
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                GRPCInferenceServiceGrpc.newBlockingStub(channel())
                    .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                    .modelInfer(sleeping()));
    assertThat(Objects.requireNonNull(failure).getStatus().getCode())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(server().asleep.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(server().cancelled.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void status_code_and_message() {
    Status status = failure(failing(2, "test status message"));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription()).isEqualTo("test status message");
  }

  @Test
  void special_status_message() {
    String message =
        "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \ud83d\ude08, 100% %41\t\n";
    Status status = failure(failing(2, message));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription()).isEqualTo(message);
  }

  @Test
  void unimplemented_method() {
    assertThat(unimplemented("inference.GRPCInferenceService/UnimplementedCall"))
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void unimplemented_service() {
    assertThat(unimplemented("grpc.testing.UnimplementedService/UnimplementedCall"))
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  private Status.Code unimplemented(String method) {
    MethodDescriptor<ModelInferRequest, ModelInferResponse> unknown =
        GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder()
            .setFullMethodName(method)
            .setSchemaDescriptor(null)
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return Objects.requireNonNull(
            catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    ClientCalls.blockingUnaryCall(channel(), unknown, options, request().build())))
        .getStatus()
        .getCode();
  }

  @Test
  void custom_metadata() {
    byte[] trailing = {(byte) 0xab, (byte) 0xab, (byte) 0xab, 0, (byte) 0xff};
    var sent = new Metadata();
    sent.put(InteropServer.ECHO_INITIAL, "test_initial_metadata_value");
    sent.put(InteropServer.ECHO_TRAILING, trailing);
    var headers = new AtomicReference<Metadata>();
    var trailers = new AtomicReference<Metadata>();
    client()
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
        .modelInfer(request(271_828, 314_159).build());
    assertThat(Objects.requireNonNull(headers.get()).get(InteropServer.ECHO_INITIAL))
        .isEqualTo("test_initial_metadata_value");
    assertThat(Objects.requireNonNull(trailers.get()).get(InteropServer.ECHO_TRAILING))
        .isEqualTo(trailing);
  }

  private StreamObserver<ModelInferRequest> open(Answers answers) {
    return GRPCInferenceServiceGrpc.newStub(channel()).modelStreamInfer(answers);
  }

  private static final class Answers implements StreamObserver<ModelStreamInferResponse> {
    private final BlockingQueue<ModelInferResponse> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    ModelInferResponse next() throws InterruptedException {
      ModelInferResponse next = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("an answer; the stream: " + end).isNotNull();
      return Objects.requireNonNull(next);
    }

    Status end() throws Exception {
      return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(ModelStreamInferResponse answer) {
      assertThat(answer.getErrorMessage()).isEmpty();
      messages.add(answer.getInferResponse());
    }

    @Override
    public void onError(Throwable failure) {
      end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }
}
