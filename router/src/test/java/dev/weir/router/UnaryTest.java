package dev.weir.router;

import static dev.weir.router.RunningRouter.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.Assignment;
import dev.weir.proto.route.v1.Route;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnaryTest {
  private static final Metadata.Key<String> TEAM =
      Metadata.Key.of("team", Metadata.ASCII_STRING_MARSHALLER);

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
            Snapshots.of(1, Snapshots.canary("fraud", 10_000).build(), other),
            "fraud/1 fraud/2");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private static ModelInferRequest withTensor(int bytes) {
    byte[] tensor = new byte[bytes];
    new Random(1).nextBytes(tensor);
    return request("fraud").toBuilder().addRawInputContents(ByteString.copyFrom(tensor)).build();
  }

  @Test
  void an_answer_says_which_version_and_variant_answered_and_why() {
    Mesh.Answer answer = mesh.infer(withTensor(16));

    assertThat(answer.response().getModelVersion()).isEqualTo("2");
    assertThat(answer.response().getId()).isEqualTo("id-1");
    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/2");
    assertThat(answer.header(MeshMetadata.VARIANT)).isEqualTo("canary");
    assertThat(answer.header(MeshMetadata.REASON)).isEqualTo("split");
    assertThat(answer.header(MeshMetadata.ROUTE_GENERATION)).isEqualTo("7");
    assertThat(answer.header(MeshMetadata.ATTEMPTS)).isEqualTo("1");
    assertThat(answer.header(MeshMetadata.REQUEST_ID)).isEqualTo("id-1");
  }

  @Test
  void a_worker_gets_the_version_and_how_the_request_was_assigned() {
    mesh.infer(withTensor(16));

    FakeWorker.Seen seen = mesh.worker(1).seen.getFirst();
    Assignment assignment = seen.assignment();
    assertThat(seen.request().getModelVersion()).isEqualTo("2");
    assertThat(assignment.getArm()).isEqualTo(Arm.ARM_CANARY);
    assertThat(assignment.getCanaryProbability()).isEqualTo(1.0);
    assertThat(assignment.getUnit()).isNotZero();
    assertThat(assignment.getRolloutId()).isEqualTo("rollout-1");
    assertThat(assignment.getRolloutStep()).isEqualTo(2);
    assertThat(assignment.getAttempt()).isEqualTo(1);
    assertThat(seen.headers().get(MeshMetadata.REQUEST_ID)).isEqualTo("id-1");
  }

  @Test
  void the_clients_metadata_passes_and_a_forged_assignment_does_not() {
    var metadata = new Metadata();
    metadata.put(TEAM, "risk");
    metadata.put(
        MeshMetadata.ASSIGNMENT, Assignment.newBuilder().setRoute("forged").build().toByteArray());

    mesh.infer(withTensor(1), metadata);

    FakeWorker.Seen seen = mesh.worker(1).seen.getFirst();
    assertThat(seen.headers().get(TEAM)).isEqualTo("risk");
    assertThat(seen.headers().getAll(MeshMetadata.ASSIGNMENT)).hasSize(1);
    assertThat(seen.assignment().getRoute()).isEqualTo("fraud");
  }

  @Test
  void a_request_without_an_id_gets_one_from_metadata_or_a_new_one() {
    ModelInferRequest anonymous = withTensor(1).toBuilder().clearId().build();
    var metadata = new Metadata();
    metadata.put(MeshMetadata.REQUEST_ID, "from-metadata");

    assertThat(mesh.infer(anonymous, metadata).header(MeshMetadata.REQUEST_ID))
        .isEqualTo("from-metadata");
    Mesh.Answer made = mesh.infer(anonymous);
    assertThat(made.header(MeshMetadata.REQUEST_ID)).matches("[0-9a-f]{32}");
    assertThat(made.response().getId()).as("the message stays as it was").isEmpty();
  }

  @Test
  void a_route_of_another_models_version_answers_in_its_own_name() {
    Mesh.Answer answer = mesh.infer(request("api"));

    assertThat(answer.response().getModelName()).isEqualTo("api");
    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(mesh.worker(1).seen.getFirst().request().getModelName()).isEqualTo("fraud");
  }

  @Test
  void large_tensors_pass_unchanged() {
    ModelInferRequest request = withTensor(1 << 20);

    assertThat(mesh.infer(request).response().getRawOutputContents(0))
        .isEqualTo(request.getRawInputContents(0));
  }

  @Test
  void a_request_over_the_limit_is_refused_and_the_connection_stays() {
    StatusRuntimeException refused = mesh.failure(withTensor(RunningRouter.MAX_MESSAGE_BYTES + 1));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(mesh.worker(1).seen).isEmpty();
    assertThat(mesh.infer(withTensor(1)).response().getModelVersion()).isEqualTo("2");
  }

  @Test
  void an_answer_over_the_limit_is_refused() {
    mesh.worker(1).behaviour =
        (request, answer) -> {
          answer.onNext(
              FakeWorker.answerTo(request)
                  .addRawOutputContents(
                      ByteString.copyFrom(new byte[RunningRouter.MAX_MESSAGE_BYTES]))
                  .build());
          answer.onCompleted();
        };

    assertThat(mesh.failure(withTensor(1)).getStatus().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void an_unknown_model_or_version_is_refused_in_tritons_words() {
    assertThat(mesh.failure(request("x")).getStatus())
        .satisfies(status -> {
          assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
          assertThat(status.getDescription())
              .isEqualTo("Request for unknown model: 'x' is not found");
        });
    ModelInferRequest ninth = request("fraud").toBuilder().setModelVersion("9").build();
    assertThat(mesh.failure(ninth).getStatus().getDescription())
        .isEqualTo("Request for unknown model: 'fraud' version 9 is not found");
    ModelInferRequest bad = request("fraud").toBuilder().setModelVersion("v1").build();
    assertThat(mesh.failure(bad).getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void a_named_version_is_served_as_named() {
    ModelInferRequest first = request("fraud").toBuilder().setModelVersion("1").build();

    Mesh.Answer answer = mesh.infer(first);

    assertThat(answer.header(MeshMetadata.REASON)).isEqualTo("pinned");
    assertThat(answer.response().getModelVersion()).isEqualTo("1");
    assertThat(mesh.worker(1).seen.getFirst().assignment().getArm()).isEqualTo(Arm.ARM_UNSPECIFIED);
  }

  @Test
  void a_workers_refusal_passes_word_for_word_with_the_routers_metadata() {
    mesh.worker(1).behaviour =
        FakeWorker.failing(
            Status.INVALID_ARGUMENT.withDescription("input x: FP64 (expected: FP32)"));

    StatusRuntimeException refused = mesh.failure(withTensor(1));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).isEqualTo("input x: FP64 (expected: FP32)");
    Metadata trailers = Status.trailersFromThrowable(refused);
    assertThat(trailers).isNotNull();
    assertThat(trailers.get(MeshMetadata.VARIANT)).isEqualTo("canary");
    assertThat(trailers.get(MeshMetadata.ATTEMPTS)).isEqualTo("1");
    assertThat(mesh.worker(1).seen).as("no retry").hasSize(1);
  }
}
