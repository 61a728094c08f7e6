package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.route.v1.Arm;
import dev.weir.proto.route.v1.ConfidenceGate;
import dev.weir.proto.route.v1.Fallback;
import dev.weir.proto.route.v1.FallbackRung;
import dev.weir.proto.route.v1.FallbackTrigger;
import dev.weir.proto.route.v1.Route;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fallback ladder and its confidence gate, through a running router. */
class LadderTest {
  private static final FakeWorker.Behaviour BROKEN =
      FakeWorker.failing(Status.INTERNAL.withDescription("out of order"));

  @TempDir Path data;
  private Mesh mesh;

  @BeforeEach
  void start() {
    mesh =
        new Mesh(
            data, Snapshots.of(1, remembering(), configured(), cascade()), "fraud/1", "fraud/2");
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private static Route.Builder route(String name) {
    return Snapshots.pair(name, "small", "large");
  }

  private static FallbackRung.Builder onAnything() {
    return FallbackRung.newBuilder()
        .addOn(FallbackTrigger.ON_UNAVAILABLE)
        .addOn(FallbackTrigger.ON_DEADLINE)
        .addOn(FallbackTrigger.ON_ERROR);
  }

  private static Route remembering() {
    FallbackRung.Builder cached = onAnything();
    cached.getCachedBuilder().setTtl(Duration.newBuilder().setSeconds(60));
    return route("remembering")
        .setFallback(Fallback.newBuilder().addRungs(cached).addRungs(standard()))
        .build();
  }

  private static FallbackRung standard() {
    return onAnything()
        .setFixed(ModelInferResponse.newBuilder().addRawOutputContents(bytes("standard")))
        .build();
  }

  private static Route configured() {
    return route("configured").setFallback(Fallback.newBuilder().addRungs(standard())).build();
  }

  private static Route cascade() {
    return route("cascade")
        .setFallback(
            Fallback.newBuilder()
                .addRungs(
                    FallbackRung.newBuilder()
                        .addOn(FallbackTrigger.ON_LOW_CONFIDENCE)
                        .setVariant("large"))
                .setConfidence(
                    ConfidenceGate.newBuilder()
                        .setOutput("probabilities")
                        .setStatistic(ConfidenceGate.Statistic.LARGEST)
                        .setThreshold(0.8)))
        .build();
  }

  /** Its only variant has no worker. */
  private static Route unanswered() {
    return Route.newBuilder()
        .setName("unanswered")
        .setGeneration(1)
        .addVariants(Snapshots.variant("only", "fraud", "9", 10_000, Arm.ARM_UNSPECIFIED))
        .addVariants(Snapshots.variant("small", "fraud", "1", 0, Arm.ARM_UNSPECIFIED))
        .setFallback(Fallback.newBuilder().addRungs(standard()))
        .build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static ModelInferRequest request(String route, String id, String input) {
    return ModelInferRequest.newBuilder()
        .setModelName(route)
        .setId(id)
        .addRawInputContents(bytes(input))
        .build();
  }

  /** Answers with these probabilities. */
  private static FakeWorker.Behaviour probabilities(float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    ByteString contents = ByteString.copyFrom(raw.array());
    return (request, answer) -> {
      ModelInferResponse.Builder response =
          FakeWorker.answerTo(request).clearRawOutputContents().addRawOutputContents(contents);
      response
          .addOutputsBuilder()
          .setName("probabilities")
          .setDatatype("FP32")
          .addShape(1)
          .addShape(values.length);
      answer.onNext(response.build());
      answer.onCompleted();
    };
  }

  @Test
  void the_last_good_answer_to_the_same_request_is_given_with_the_new_requests_id() {
    Mesh.Answer good = mesh.infer(request("remembering", "first", "a"));
    assertThat(good.headers().containsKey(MeshMetadata.FALLBACK)).isFalse();
    mesh.worker(1).behaviour = BROKEN;

    Mesh.Answer kept = mesh.infer(request("remembering", "second", "a"));

    assertThat(kept.response()).isEqualTo(good.response().toBuilder().setId("second").build());
    assertThat(kept.header(MeshMetadata.FALLBACK)).isEqualTo("cached");
    assertThat(kept.header(MeshMetadata.REASON)).isEqualTo("fallback");
    assertThat(kept.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(kept.header(MeshMetadata.REQUEST_ID)).isEqualTo("second");
    assertThat(kept.headers().containsKey(MeshMetadata.VARIANT)).isFalse();
  }

  @Test
  void another_request_gets_no_kept_answer() {
    mesh.infer(request("remembering", "first", "a"));
    mesh.worker(1).behaviour = BROKEN;

    Mesh.Answer other = mesh.infer(request("remembering", "first", "b"));

    assertThat(other.header(MeshMetadata.FALLBACK)).isEqualTo("default");
    assertThat(other.response().getRawOutputContents(0)).isEqualTo(bytes("standard"));
  }

  @Test
  void answers_within_a_sequence_are_not_kept() {
    ModelInferRequest.Builder request = request("remembering", "x", "a").toBuilder();
    request.putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(7).build());
    mesh.infer(request.build());
    mesh.worker(1).behaviour = BROKEN;

    assertThat(mesh.infer(request.build()).header(MeshMetadata.FALLBACK)).isEqualTo("default");
  }

  @Test
  void a_version_that_has_left_the_route_does_not_answer_from_memory() {
    mesh.infer(request("remembering", "first", "a"));
    mesh.worker(1).behaviour = BROKEN;
    Route.Builder changed = remembering().toBuilder().setGeneration(2);
    changed.setVariants(0, Snapshots.variant("small", "fraud", "9", 10_000, Arm.ARM_UNSPECIFIED));
    mesh.registry.publish(Snapshots.of(2, changed.build()));
    Awaitility.await()
        .until(() ->
            mesh.infer(request("remembering", "", "b"))
                .header(MeshMetadata.ROUTE_GENERATION)
                .equals("2"));

    assertThat(mesh.infer(request("remembering", "second", "a")).header(MeshMetadata.FALLBACK))
        .isEqualTo("default");
  }

  @Test
  void a_model_that_fails_is_answered_for_by_the_configured_answer() {
    mesh.worker(1).behaviour = BROKEN;

    Mesh.Answer answer = mesh.infer(request("configured", "my-id", "a"));

    assertThat(answer.response())
        .isEqualTo(
            ModelInferResponse.newBuilder()
                .setModelName("configured")
                .setId("my-id")
                .addRawOutputContents(bytes("standard"))
                .build());
    assertThat(answer.headers().containsKey(MeshMetadata.SERVED_VERSION)).isFalse();
  }

  @Test
  void a_mistake_of_the_client_is_its_own() {
    mesh.worker(1).behaviour = FakeWorker.failing(Status.INVALID_ARGUMENT);

    assertThat(mesh.failure(request("configured", "", "a")).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void without_a_worker_the_configured_answer_is_given_at_once() {
    mesh.registry.publish(Snapshots.of(2, unanswered()));
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> {
          mesh.infer(request("unanswered", "", "a"));
          return true;
        });

    Mesh.Answer answer = mesh.infer(request("unanswered", "", "a"));

    assertThat(answer.header(MeshMetadata.FALLBACK)).isEqualTo("default");
    assertThat(answer.header(MeshMetadata.ATTEMPTS)).isEqualTo("0");
  }

  @Test
  void an_unsure_answer_is_held_back_for_the_large_model() {
    mesh.worker(1).behaviour = probabilities(0.55f, 0.45f);
    mesh.worker(2).behaviour = probabilities(0.9f, 0.1f);

    Mesh.Answer answer = mesh.infer(request("cascade", "", "a"));

    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/2");
    assertThat(answer.header(MeshMetadata.FALLBACK)).isEqualTo("variant");
    assertThat(mesh.worker(1).seen).hasSize(1);
  }

  @Test
  void a_sure_answer_is_given_without_asking_the_large_model() {
    mesh.worker(1).behaviour = probabilities(0.95f, 0.05f);

    Mesh.Answer answer = mesh.infer(request("cascade", "", "a"));

    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(answer.headers().containsKey(MeshMetadata.FALLBACK)).isFalse();
    assertThat(mesh.worker(2).seen).isEmpty();
  }

  @Test
  void when_the_large_model_fails_the_unsure_answer_is_given_after_all() {
    mesh.worker(1).behaviour = probabilities(0.55f, 0.45f);
    mesh.worker(2).behaviour = BROKEN;

    Mesh.Answer answer = mesh.infer(request("cascade", "", "a"));

    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(answer.header(MeshMetadata.FALLBACK)).isEqualTo("unsure");
    assertThat(answer.response().getOutputs(0).getName()).isEqualTo("probabilities");
    assertThat(mesh.worker(2).seen).hasSize(1);
  }

  @Test
  void an_answer_without_the_gates_output_is_not_held_back() {
    Mesh.Answer answer = mesh.infer(request("cascade", "", "a"));

    assertThat(answer.header(MeshMetadata.SERVED_VERSION)).isEqualTo("fraud/1");
    assertThat(mesh.worker(2).seen).isEmpty();
  }
}
