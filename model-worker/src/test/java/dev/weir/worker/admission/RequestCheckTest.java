package dev.weir.worker.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.TensorType;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RequestCheckTest {
  private final RequestCheck check = new RequestCheck(Requests.KEY, Requests.SIGNATURE);

  private static ModelInferRequest.Builder raw() {
    var request = ModelInferRequest.newBuilder().setModelName("fraud");
    Versions.add(request, "features", TensorType.FP32, List.of(1L, 2L), Versions.floats(1, 2));
    Versions.add(request, "small", TensorType.INT8, List.of(2L), ByteString.copyFrom(new byte[2]));
    Versions.add(
        request,
        "text",
        TensorType.BYTES,
        List.of(1L),
        RawBytes.of(List.of(ByteString.copyFromUtf8("hello"))));
    return request;
  }

  private static ModelInferRequest.Builder typed() {
    ModelInferRequest.Builder request = raw().clearRawInputContents();
    request
        .getInputsBuilder(0)
        .setContents(InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2));
    request
        .getInputsBuilder(1)
        .setContents(InferTensorContents.newBuilder().addIntContents(-128).addIntContents(127));
    request
        .getInputsBuilder(2)
        .setContents(
            InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("hello")));
    return request;
  }

  private void refused(ModelInferRequest.Builder request, String reason, String... words) {
    Optional<Refusal> refusal = check.check(request.build());
    assertThat(refusal).isPresent();
    assertThat(refusal.get().code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.get().reason()).isEqualTo(reason);
    assertThat(refusal.get().message())
        .startsWith("model 'fraud' version '3' ")
        .contains("(expected: ")
        .contains(words);
  }

  @Test
  void raw_and_typed_requests_in_order_pass() {
    assertThat(check.check(raw().build())).isEmpty();
    assertThat(check.check(typed().build())).isEmpty();
  }

  @Test
  void any_size_means_any_number_of_rows_from_one() {
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(0).setShape(0, 2);
    request.setRawInputContents(0, Versions.floats(1, 2, 3, 4));
    assertThat(check.check(request.build())).isEmpty();
    request.getInputsBuilder(0).setShape(0, 0);
    request.setRawInputContents(0, ByteString.EMPTY);
    refused(request, "shape", "input features", "[0,2]", "[-1,2]");
  }

  @Test
  void names_that_the_signature_does_not_have_are_named_with_those_it_has() {
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(1).setName("smoll");
    refused(request, "unknown_input", "input smoll", "features, small, text");
    request = raw();
    request.addOutputsBuilder().setName("probability");
    refused(request, "unknown_output", "output probability", "label, score");
  }

  @Test
  void missing_extra_and_duplicate_inputs_are_refused() {
    ModelInferRequest.Builder request = raw();
    request.removeInputs(2);
    request.clearRawInputContents();
    request.addAllRawInputContents(raw().getRawInputContentsList().subList(0, 2));
    refused(request, "missing", "missing text");

    request = raw();
    Versions.add(request, "extra", TensorType.FP32, List.of(1L), Versions.floats(1));
    refused(request, "unknown_input", "input extra");

    request = raw();
    request.setInputs(2, request.getInputs(1));
    request.setRawInputContents(2, request.getRawInputContents(1));
    refused(request, "duplicate", "input small", "given twice");

    refused(ModelInferRequest.newBuilder(), "missing", "missing features, small, text");
  }

  @Test
  void another_datatype_or_shape_is_refused_with_what_is_expected() {
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(0).setDatatype("FP64");
    refused(request, "datatype", "input features", "datatype FP64", "FP32");
    request = raw();
    request.getInputsBuilder(0).setShape(1, 3);
    refused(request, "shape", "[1,3]", "[-1,2]");
    request = raw();
    request.getInputsBuilder(0).addShape(1);
    refused(request, "shape", "[1,2,1]");
    request = raw();
    request.getInputsBuilder(0).setShape(0, -1);
    refused(request, "shape", "[-1,2]");
  }

  @Test
  void sizes_that_overflow_are_refused() {
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(0).setShape(0, Long.MAX_VALUE);
    refused(request, "shape", "2^63");
    request = raw();
    request.getInputsBuilder(0).setShape(0, Long.MAX_VALUE / 4);
    refused(request, "size", "8 bytes");
  }

  @Test
  void bytes_that_do_not_fill_the_shape_are_refused() {
    ModelInferRequest.Builder request = raw();
    request.setRawInputContents(0, Versions.floats(1, 2, 3));
    refused(request, "size", "input features", "12 bytes", "2 elements of 4 bytes");
    request = raw();
    request.setRawInputContents(2, ByteString.copyFrom(new byte[] {9, 0, 0, 0, 1}));
    refused(request, "size", "input text", "no list of elements");
    request = raw();
    request.setRawInputContents(2, ByteString.copyFrom(new byte[] {-1, -1, -1, -1}));
    refused(request, "size", "input text", "no list of elements");
    request = raw();
    request.setRawInputContents(2, RawBytes.of(List.of(ByteString.EMPTY, ByteString.EMPTY)));
    refused(request, "size", "input text", "2 elements", "1 for its shape");
  }

  @Test
  void raw_and_typed_do_not_mix() {
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(1).setContents(typed().getInputs(1).getContents());
    refused(request, "mixed", "input small");
    request = typed();
    request.addRawInputContents(ByteString.EMPTY);
    refused(request, "raw_count", "1 entries", "each of the 3 inputs");
    request = typed();
    request.getInputsBuilder(0).getContentsBuilder().addFp64Contents(1);
    refused(request, "mixed", "input features", "contents for FP32 alone");
  }

  @Test
  void typed_elements_out_of_a_narrow_type_s_range_are_refused() {
    ModelInferRequest.Builder request = typed();
    request.getInputsBuilder(1).getContentsBuilder().setIntContents(0, 128);
    refused(request, "range", "input small", "INT8");
  }

  @Test
  void reserved_parameters_and_shared_memory_are_refused() {
    var value = InferParameter.newBuilder().setBoolParam(true).build();
    refused(raw().putParameters("triton_secret", value), "parameters", "triton_secret");
    assertThat(
            check.check(raw().putParameters("triton_enable_empty_final_response", value).build()))
        .isEmpty();
    assertThat(check.check(raw().putParameters("tenant", value).build())).isEmpty();
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(0).putParameters("shared_memory_region", value);
    refused(request, "shared_memory", "shared_memory_region");
    request = raw();
    request.addOutputsBuilder().setName("label").putParameters("classification", value);
    refused(request, "classification", "output label");
  }

  @Test
  void outputs_may_be_asked_for_once_each() {
    ModelInferRequest.Builder request = raw();
    request.addOutputsBuilder().setName("score");
    assertThat(check.check(request.build())).isEmpty();
    request.addOutputsBuilder().setName("score");
    refused(request, "duplicate", "output score");
  }

  @Test
  void text_from_outside_is_cut_and_cleaned_in_messages() {
    ModelInferRequest.Builder request = raw();
    request.getInputsBuilder(0).setName("a\nb\u0000" + "x".repeat(10_000));
    Refusal refusal = check.check(request.build()).orElseThrow();
    assertThat(refusal.message()).hasSizeLessThan(400).doesNotContain("\n", "\u0000");
  }
}
