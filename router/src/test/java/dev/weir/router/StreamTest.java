package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Route;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamTest {
  @TempDir Path data;
  private Mesh mesh;

  @BeforeEach
  void start() {
    Route other =
        Route.newBuilder()
            .setName("api")
            .setGeneration(4)
            .addVariants(Snapshots.variant("only", "fraud", "1", 10_000, Arm.ARM_UNSPECIFIED))
            .build();
    mesh =
        new Mesh(
            data,
            Snapshots.of(1, Snapshots.canary("fraud", 5_000).build(), other),
            "fraud/1 fraud/2",
            "fraud/1 fraud/2");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private StreamObserver<ModelInferRequest> open(StreamClient client) {
    return GRPCInferenceServiceGrpc.newStub(mesh.router.channel).modelStreamInfer(client);
  }

  private static ModelInferRequest numbered(String model, int number) {
    return request(model).toBuilder().setId("id-" + number).build();
  }

  private static ModelInferRequest inSequence(int number, InferParameter sequence) {
    return numbered("fraud", number).toBuilder().putParameters("sequence_id", sequence).build();
  }

  @Test
  void each_message_is_drawn_for_itself_and_all_are_answered() throws Exception {
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    Set<String> versions = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      requests.onNext(numbered("fraud", i));
    }
    for (int i = 0; i < 60; i++) {
      ModelStreamInferResponse answer = client.next();
      assertThat(answer.getErrorMessage()).isEmpty();
      versions.add(answer.getInferResponse().getModelVersion());
      ids.add(answer.getInferResponse().getId());
    }
    requests.onCompleted();

    assertThat(client.end().isOk()).isTrue();
    assertThat(versions).containsExactlyInAnyOrder("1", "2");
    assertThat(ids).hasSize(60);
  }

  @Test
  void the_first_message_of_a_sequence_decides_for_it() throws Exception {
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    for (long sequence = 1; sequence <= 20; sequence++) {
      InferParameter number = InferParameter.newBuilder().setInt64Param(sequence).build();
      Set<String> versions = new HashSet<>();
      for (int i = 0; i < 10; i++) {
        requests.onNext(inSequence(i, number));
        versions.add(client.next().getInferResponse().getModelVersion());
      }
      assertThat(versions).hasSize(1);
    }
    requests.onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void a_message_that_cannot_be_routed_is_answered_in_the_stream() throws Exception {
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    requests.onNext(numbered("x", 1));
    ModelStreamInferResponse refusal = client.next();
    requests.onNext(numbered("fraud", 2));

    assertThat(refusal.getErrorMessage()).isEqualTo("Request for unknown model: 'x' is not found");
    assertThat(refusal.getInferResponse().getId()).isEqualTo("id-1");
    assertThat(client.next().getInferResponse().getId()).isEqualTo("id-2");
    requests.onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void a_client_that_asks_for_grpc_errors_gets_them() throws Exception {
    var metadata = new Metadata();
    metadata.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests =
        GRPCInferenceServiceGrpc.newStub(mesh.router.channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .modelStreamInfer(client);
    requests.onNext(numbered("x", 1));

    assertThat(client.end().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void an_answer_bears_the_routes_name() throws Exception {
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    requests.onNext(numbered("api", 1));

    ModelStreamInferResponse answer = client.next();
    assertThat(answer.getInferResponse().getModelName()).isEqualTo("api");
    assertThat(answer.getInferResponse().getModelVersion()).isEqualTo("1");
    requests.onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void a_lost_worker_costs_its_unanswered_messages_and_the_stream_goes_on() throws Exception {
    mesh.workers.forEach(w -> w.answersStreams = false);
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    requests.onNext(numbered("api", 1));
    Awaitility.await().until(() -> streamed() == 1);
    FakeWorker lost = mesh.worker(1).streamed.isEmpty() ? mesh.worker(2) : mesh.worker(1);
    FakeWorker left = lost == mesh.worker(1) ? mesh.worker(2) : mesh.worker(1);
    left.answersStreams = true;

    lost.kill();

    ModelStreamInferResponse error = client.next();
    assertThat(error.getErrorMessage()).contains(lost.id);
    assertThat(error.getInferResponse().getId()).isEqualTo("id-1");
    mesh.router.awaitReadyWorkers(1);
    requests.onNext(numbered("api", 2));
    assertThat(client.next().getInferResponse().getId()).isEqualTo("id-2");
    requests.onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }

  private int streamed() {
    return mesh.worker(1).streamed.size() + mesh.worker(2).streamed.size();
  }

  @Test
  void a_cancelled_stream_is_cancelled_at_the_worker() throws Exception {
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    requests.onNext(numbered("api", 1));
    client.next();

    requests.onError(Status.CANCELLED.asException());

    FakeWorker worker = mesh.worker(1).streamed.isEmpty() ? mesh.worker(2) : mesh.worker(1);
    assertThat(worker.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_stream_of_large_messages_passes_whole_and_in_order() throws Exception {
    var client = new StreamClient();
    StreamObserver<ModelInferRequest> requests = open(client);
    ByteString tensor = ByteString.copyFrom(new byte[200_000]);
    for (int i = 0; i < 100; i++) {
      requests.onNext(numbered("api", i).toBuilder().addRawInputContents(tensor).build());
    }
    requests.onCompleted();

    for (int i = 0; i < 100; i++) {
      ModelStreamInferResponse answer = client.next();
      assertThat(answer.getInferResponse().getId()).isEqualTo("id-" + i);
      assertThat(answer.getInferResponse().getRawOutputContents(0)).isEqualTo(tensor);
    }
    assertThat(client.end().isOk()).isTrue();
  }

  @Test
  void an_empty_stream_ends_well() throws Exception {
    var client = new StreamClient();
    open(client).onCompleted();
    assertThat(client.end().isOk()).isTrue();
  }
}
