package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.proto.worker.v1.WorkerState;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds while a stream is carried: backpressure, ends, headers. */
class StreamRelayTest {
  private static final int MESSAGES = 200;
  private static final int TENSOR_BYTES = 200_000;

  @TempDir Path data;
  private Mesh mesh;

  @BeforeEach
  void start() {
    mesh = new Mesh(data, Snapshots.of(1, Snapshots.single("fraud", "1")), "fraud/1", "fraud/1");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  /** A client that reads when it is told to. */
  private static final class Client extends StreamClient
      implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    private @Nullable ClientCallStreamObserver<ModelInferRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> stream) {
      stream.disableAutoRequestWithInitial(0);
      requests = stream;
    }

    ClientCallStreamObserver<ModelInferRequest> requests() {
      return Objects.requireNonNull(requests);
    }

    Client reads() {
      requests().request(Integer.MAX_VALUE);
      return this;
    }
  }

  private GRPCInferenceServiceStub stub() {
    return GRPCInferenceServiceGrpc.newStub(mesh.router.channel);
  }

  private static Client open(GRPCInferenceServiceStub stub) {
    var client = new Client();
    stub.modelStreamInfer(client);
    return client;
  }

  private static ModelInferRequest small(int number) {
    return request("fraud").toBuilder().setId("id-" + number).build();
  }

  private static ModelInferRequest large(int number) {
    return small(number).toBuilder()
        .addRawInputContents(ByteString.copyFrom(new byte[TENSOR_BYTES]))
        .build();
  }

  private int streamed() {
    return mesh.worker(1).streamed.size() + mesh.worker(2).streamed.size();
  }

  private FakeWorker used() {
    return mesh.worker(1).streamed.isEmpty() ? mesh.worker(2) : mesh.worker(1);
  }

  private long queuedBytes() {
    return mesh.router.loops().counters().queuedBytes();
  }

  private static void allComeInOrder(Client client) throws Exception {
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(client.next().getInferResponse().getId()).isEqualTo("id-" + i);
    }
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void answers_wait_at_the_worker_while_the_client_does_not_read() throws Exception {
    Client client = open(stub());
    for (int i = 0; i < MESSAGES; i++) {
      client.requests().onNext(large(i));
    }
    client.requests().onCompleted();
    Awaitility.await().until(() -> streamed() == MESSAGES);
    Awaitility.await().until(() -> queuedBytes() > 0);

    assertThat(queuedBytes()).isLessThan(3 * TENSOR_BYTES);
    allComeInOrder(client.reads());
    Awaitility.await().untilAsserted(() -> assertThat(queuedBytes()).isZero());
  }

  @Test
  void messages_wait_at_the_client_while_the_worker_does_not_read() throws Exception {
    mesh.workers.forEach(w -> w.readsStreams = false);
    Client client = open(stub()).reads();
    for (int i = 0; i < MESSAGES; i++) {
      client.requests().onNext(large(i));
    }
    client.requests().onCompleted();
    Awaitility.await().until(() -> queuedBytes() > 0);
    Awaitility.await()
        .during(Duration.ofMillis(200))
        .until(() -> queuedBytes() < 3 * TENSOR_BYTES && streamed() == 0);

    mesh.workers.forEach(FakeWorker::readStreams);
    allComeInOrder(client);
    Awaitility.await().untilAsserted(() -> assertThat(queuedBytes()).isZero());
  }

  @Test
  void a_client_that_does_not_read_errors_sends_no_further_messages() throws Exception {
    Client client = open(stub());
    ModelInferRequest unknown = request("x".repeat(1000));
    for (int i = 0; i < 20_000; i++) {
      client.requests().onNext(unknown);
    }
    client.requests().onCompleted();
    Awaitility.await().until(() -> queuedBytes() > 0);

    assertThat(queuedBytes()).isLessThan(10_000);
    client.reads();
    for (int i = 0; i < 20_000; i++) {
      assertThat(client.next().getErrorMessage()).startsWith("Request for unknown model");
    }
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void a_worker_that_drains_gets_no_further_messages() throws Exception {
    Client client = open(stub()).reads();
    client.requests().onNext(small(1));
    client.next();
    FakeWorker leaves = used();
    FakeWorker stays = leaves == mesh.worker(1) ? mesh.worker(2) : mesh.worker(1);
    leaves.say(WorkerState.DRAINING, "fraud/1");
    mesh.router.awaitReadyWorkers(1);

    client.requests().onNext(small(2));
    assertThat(client.next().getInferResponse().getId()).isEqualTo("id-2");
    client.requests().onCompleted();
    assertThat(client.end().isOk()).isTrue();
    assertThat(leaves.streamed).hasSize(1);
    assertThat(stays.streamed).hasSize(1);
  }

  @Test
  void a_deadline_ends_the_stream_and_the_workers_part() throws Exception {
    mesh.workers.forEach(w -> w.answersStreams = false);
    Client client = open(stub().withDeadlineAfter(300, TimeUnit.MILLISECONDS)).reads();
    client.requests().onNext(small(1));

    assertThat(client.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(used().cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    Awaitility.await().until(() -> mesh.router.relay().callsInFlight() == 0);
  }

  /** The client has no timer of its own here: it sees what the router makes of the deadline. */
  @Test
  void a_deadline_that_the_worker_sees_first_is_a_deadline() throws Exception {
    mesh.workers.forEach(w -> w.answersStreams = false);
    var timeout = new Metadata();
    timeout.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "60m");
    var interceptor = MetadataUtils.newAttachHeadersInterceptor(timeout);
    for (int i = 0; i < 20; i++) {
      Client client = open(stub().withInterceptors(interceptor)).reads();
      client.requests().onNext(small(i));

      assertThat(client.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(client.waiting()).isZero();
    }
  }

  @Test
  void compressed_messages_are_inflated_for_the_worker() throws Exception {
    Client client = open(stub().withCompression("gzip")).reads();
    client.requests().onNext(large(1));

    assertThat(client.next().getInferResponse().getRawOutputContents(0).size())
        .isEqualTo(TENSOR_BYTES);
    Metadata headers = used().streamHeaders.getFirst();
    assertThat(headers.keys()).doesNotContain("grpc-encoding", "grpc-timeout");
    client.requests().onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void a_message_over_the_limit_ends_the_stream() throws Exception {
    Client client = open(stub()).reads();
    client
        .requests()
        .onNext(
            small(1).toBuilder()
                .addRawInputContents(ByteString.copyFrom(new byte[80 << 20]))
                .build());

    assertThat(client.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(client.end().getDescription()).contains("request message: ");
  }

  @Test
  void nothing_in_the_routers_name_passes_but_the_routers_own_word() throws Exception {
    var metadata = new Metadata();
    metadata.put(Metadata.Key.of("weir-made-up", Metadata.ASCII_STRING_MARSHALLER), "mine");
    metadata.put(MeshMetadata.ASSIGNMENT, new byte[] {1});
    metadata.put(Metadata.Key.of("x-test", Metadata.ASCII_STRING_MARSHALLER), "passes");
    Client client =
        open(stub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))).reads();
    client.requests().onNext(small(1));
    client.next();

    Metadata seen = used().streamHeaders.getFirst();
    assertThat(seen.keys()).contains("x-test").doesNotContain("weir-made-up");
    assertThat(seen.getAll(MeshMetadata.ASSIGNMENT)).hasSize(1);
    assertThat(seen.get(MeshMetadata.ASSIGNMENT)).isNotEqualTo(new byte[] {1});
    client.requests().onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }
}
