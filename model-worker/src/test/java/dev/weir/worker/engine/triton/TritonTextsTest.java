package dev.weir.worker.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.VersionKey;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.TensorSignature;
import dev.weir.worker.tensor.TensorType;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TritonTextsTest {
  private static final VersionKey KEY = new VersionKey("fraud", "3");
  private static final TritonName NAME = TritonName.of(KEY, "0123456789ab".repeat(5) + "cdef");
  private static final TensorSignature SIGNATURE =
      TensorSignature.of(
          Signature.newBuilder()
              .addInputs(Versions.spec("features", TensorType.FP32, List.of(-1L, 16L)))
              .addOutputs(Versions.spec("label", TensorType.INT64, List.of(-1L)))
              .addOutputs(Versions.spec("odd \"name\"\n", TensorType.BYTES, List.of(-1L, -1L)))
              .build());

  @Test
  void a_name_has_model_version_and_digest_and_is_recognised() {
    assertThat(NAME.text()).isEqualTo("fraud--3--0123456789ab");
    assertThat(TritonName.isOurs(NAME.text())).isTrue();
    assertThat(TritonName.isOurs("resnet50")).isFalse();
    assertThat(
            TritonName.of(new VersionKey("a".repeat(128), "9".repeat(18)), "a".repeat(64)).text())
        .hasSizeLessThan(200);
  }

  @Test
  void a_batched_signature_is_configured_without_its_outermost_dimension() {
    String text =
        TritonModelText.of(NAME, new TritonLayout(SIGNATURE, true), TritonConfig.defaults());
    assertThat(text)
        .isEqualTo(
            """
            name: "fraud--3--0123456789ab"
            backend: "python"
            max_batch_size: 64
            input [ { name: "features", data_type: TYPE_FP32, dims: [ 16 ] } ]
            output [ { name: "label", data_type: TYPE_INT64, dims: [ 1 ], reshape: { shape: [ ] } } ]
            output [ { name: "odd \\"name\\"\\n", data_type: TYPE_STRING, dims: [ -1 ] } ]
            instance_group [ { kind: KIND_CPU, count: 1 } ]
            dynamic_batching { max_queue_delay_microseconds: 0 }
            """);
  }

  @Test
  void without_batching_shapes_are_whole() {
    String text =
        TritonModelText.of(NAME, new TritonLayout(SIGNATURE, false), TritonConfig.defaults());
    assertThat(text)
        .contains(
            "max_batch_size: 0\n",
            "dims: [ -1, 16 ]",
            "\"label\", data_type: TYPE_INT64, dims: [ -1 ] }")
        .doesNotContain("dynamic_batching");
  }

  @Test
  void the_padded_dimension_is_added_to_inputs_and_taken_off_outputs() {
    var vectors =
        TensorSignature.of(
            Signature.newBuilder()
                .addInputs(Versions.spec("in", TensorType.INT64, List.of(-1L)))
                .addOutputs(Versions.spec("out", TensorType.INT64, List.of(-1L)))
                .build());
    var layout = new TritonLayout(vectors, true);
    ModelInferRequest.Builder request =
        Versions.request("in", TensorType.INT64, List.of(5L), Versions.longs(1, 2, 3, 4, 5))
            .toBuilder();
    layout.toTriton(request);
    assertThat(request.getInputs(0).getShapeList()).containsExactly(5L, 1L);
    var response = ModelInferResponse.newBuilder();
    response.addOutputsBuilder().setName("out").addShape(5).addShape(1);
    layout.fromTriton(response);
    assertThat(response.getOutputs(0).getShapeList()).containsExactly(5L);
  }

  @Test
  void what_the_graph_dislikes_after_admission_is_the_version_s_fault() {
    assertThat(kind(Status.INVALID_ARGUMENT.withDescription("onnxruntime: [ONNXRuntimeError]")))
        .isEqualTo(EngineFailure.Kind.MODEL_FAILED);
    assertThat(kind(Status.INVALID_ARGUMENT.withDescription("batch-size must be <= 64")))
        .isEqualTo(EngineFailure.Kind.INVALID_REQUEST);
    assertThat(kind(Status.NOT_FOUND)).isEqualTo(EngineFailure.Kind.UNAVAILABLE);
    assertThat(kind(Status.UNAVAILABLE)).isEqualTo(EngineFailure.Kind.UNAVAILABLE);
    assertThat(kind(Status.INTERNAL)).isEqualTo(EngineFailure.Kind.MODEL_FAILED);
  }

  private static EngineFailure.Kind kind(Status status) {
    return TritonFailures.ofRequest(status, NAME, KEY).kind();
  }

  @Test
  void messages_have_the_mesh_s_names_one_line_and_no_paths() {
    String message =
        TritonFailures.ofLoad(
                Status.INTERNAL.withDescription(
                    "failed to load 'fraud--3--0123456789ab': /models/fraud--3--0123456789ab/1/model.onnx is bad\nat line 7"),
                NAME,
                KEY)
            .message();
    assertThat(message).isEqualTo("Triton: failed to load 'fraud': the artifact is bad");
  }
}
