package dev.weir.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.TensorType;
import io.grpc.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every engine does. Each engine, and the real Triton behind one, passes it. */
public abstract class EngineContract {
  @TempDir Path folder;

  /** The engine under test, up. */
  protected abstract Engine engine();

  /** Where artifacts are put. */
  protected Path artifact(byte[] bytes) throws IOException {
    return Files.write(folder.resolve(Versions.sha256(bytes)), bytes);
  }

  private LoadedVersion load(ModelVersion version, byte[] bytes) throws Exception {
    return engine().load(version, artifact(bytes));
  }

  private LoadedVersion sumAndProduct() throws Exception {
    byte[] bytes = OnnxFile.sumAndProduct();
    return load(Versions.sumAndProduct("1", bytes), bytes);
  }

  @Test
  void it_is_up() {
    assertThat(engine().health()).isEqualTo(new EngineHealth.Up());
  }

  @Test
  void outputs_come_raw_with_names_types_shapes_id_and_the_mesh_s_names() throws Exception {
    LoadedVersion version = sumAndProduct();
    try {
      ModelInferResponse response =
          version.infer(Versions.sumAndProductRequest(1, 2, 3, 4)).response();
      assertThat(response.getModelName()).isEqualTo("test");
      assertThat(response.getModelVersion()).isEqualTo("1");
      assertThat(response.getId()).isEqualTo("request-1");
      assertThat(response.getOutputsList())
          .extracting(ModelInferResponse.InferOutputTensor::getName)
          .containsExactlyInAnyOrder("sum", "product");
      assertThat(response.getOutputsList())
          .allSatisfy(output -> {
            assertThat(output.getDatatype()).isEqualTo("FP32");
            assertThat(output.getShapeList()).containsExactly(1L, 2L);
            assertThat(output.hasContents()).isFalse();
          });
      assertThat(output(response, "sum")).isEqualTo(Versions.floats(4, 6));
      assertThat(output(response, "product")).isEqualTo(Versions.floats(3, 8));
    } finally {
      version.unload();
    }
  }

  @Test
  void only_the_outputs_asked_for_are_sent() throws Exception {
    LoadedVersion version = sumAndProduct();
    try {
      ModelInferRequest.Builder request = Versions.sumAndProductRequest(1, 2, 3, 4).toBuilder();
      request.addOutputsBuilder().setName("product");
      ModelInferResponse response = version.infer(request.build()).response();
      assertThat(response.getOutputsList())
          .extracting(ModelInferResponse.InferOutputTensor::getName)
          .containsExactly("product");
      assertThat(response.getRawOutputContentsList()).containsExactly(Versions.floats(3, 8));
    } finally {
      version.unload();
    }
  }

  @Test
  void typed_contents_mean_the_same_as_raw_ones() throws Exception {
    LoadedVersion version = sumAndProduct();
    try {
      var request = ModelInferRequest.newBuilder();
      for (String name : List.of("a", "b")) {
        request
            .addInputsBuilder()
            .setName(name)
            .setDatatype("FP32")
            .addAllShape(List.of(1L, 2L))
            .setContents(InferTensorContents.newBuilder().addFp32Contents(5).addFp32Contents(6));
      }
      ModelInferResponse response = version.infer(request.build()).response();
      assertThat(output(response, "sum")).isEqualTo(Versions.floats(10, 12));
    } finally {
      version.unload();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"BOOL", "UINT8", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64"})
  void numbers_come_back_as_they_went_in(TensorType type) throws Exception {
    List<Long> shape = List.of(-1L, 3L);
    byte[] bytes = OnnxFile.identity(type, shape);
    LoadedVersion version = load(Versions.identity(bytes, type, shape), bytes);
    try {
      var raw = new byte[6 * type.sizeBytes()];
      for (int i = 0; i < raw.length; i++) {
        raw[i] = (byte) (type == TensorType.BOOL ? i % 2 : i * 7 + 1);
      }
      ByteString elements = ByteString.copyFrom(raw);
      ModelInferResponse response =
          version.infer(Versions.request("in", type, List.of(2L, 3L), elements)).response();
      assertThat(response.getOutputs(0).getDatatype()).isEqualTo(type.name());
      assertThat(response.getOutputs(0).getShapeList()).containsExactly(2L, 3L);
      assertThat(response.getRawOutputContents(0)).isEqualTo(elements);
    } finally {
      version.unload();
    }
  }

  @Test
  void texts_come_back_as_they_went_in() throws Exception {
    List<Long> shape = List.of(-1L, 2L);
    byte[] bytes = OnnxFile.identity(TensorType.BYTES, shape);
    LoadedVersion version = load(Versions.identity(bytes, TensorType.BYTES, shape), bytes);
    try {
      ByteString elements =
          RawBytes.of(List.of(ByteString.copyFromUtf8("größe"), ByteString.EMPTY));
      ModelInferResponse response =
          version
              .infer(Versions.request("in", TensorType.BYTES, List.of(1L, 2L), elements))
              .response();
      assertThat(response.getOutputs(0).getDatatype()).isEqualTo("BYTES");
      assertThat(response.getRawOutputContents(0)).isEqualTo(elements);
    } finally {
      version.unload();
    }
  }

  @Test
  void a_vector_of_rows_keeps_its_shape() throws Exception {
    byte[] bytes = OnnxFile.lookup(3);
    LoadedVersion version = load(Versions.lookup(bytes), bytes);
    try {
      ModelInferResponse response =
          version
              .infer(Versions.request("in", TensorType.INT64, List.of(2L), Versions.longs(2, 0)))
              .response();
      assertThat(response.getOutputs(0).getShapeList()).containsExactly(2L);
      assertThat(response.getRawOutputContents(0)).isEqualTo(Versions.floats(20, 0));
    } finally {
      version.unload();
    }
  }

  @Test
  void what_fails_in_the_model_is_the_version_s_fault_and_the_next_request_is_answered()
      throws Exception {
    byte[] bytes = OnnxFile.lookup(3);
    LoadedVersion version = load(Versions.lookup(bytes), bytes);
    try {
      EngineFailure failure =
          catchThrowableOfType(
              EngineFailure.class,
              () ->
                  version.infer(
                      Versions.request("in", TensorType.INT64, List.of(1L), Versions.longs(17))));
      assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.MODEL_FAILED);
      assertThat(failure.message()).doesNotContain("\n");
      assertThat(
              version
                  .infer(Versions.request("in", TensorType.INT64, List.of(1L), Versions.longs(1)))
                  .response()
                  .getRawOutputContents(0))
          .isEqualTo(Versions.floats(10));
    } finally {
      version.unload();
    }
  }

  @Test
  void bytes_that_are_no_model_are_refused_without_paths() throws Exception {
    byte[] bytes = {1, 2, 3};
    Path artifact = artifact(bytes);
    EngineFailure failure =
        catchThrowableOfType(
            EngineFailure.class, () -> engine().load(Versions.sumAndProduct("1", bytes), artifact));
    assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.LOAD_REFUSED);
    assertThat(failure.message()).doesNotContain(folder.toString());
  }

  @Test
  void a_model_without_a_signed_output_is_refused_by_name() throws Exception {
    byte[] bytes = OnnxFile.sumAndProduct();
    ModelVersion.Builder version = Versions.sumAndProduct("1", bytes).toBuilder();
    version.getSignatureBuilder().getOutputsBuilder(0).setName("total");
    Path artifact = artifact(bytes);
    EngineFailure failure =
        catchThrowableOfType(EngineFailure.class, () -> engine().load(version.build(), artifact));
    assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.LOAD_REFUSED);
    assertThat(failure.message()).contains("total");
  }

  @Test
  void two_versions_answer_side_by_side_and_one_may_go() throws Exception {
    byte[] bytes = OnnxFile.sumAndProduct();
    LoadedVersion one = load(Versions.sumAndProduct("1", bytes), bytes);
    LoadedVersion two = load(Versions.sumAndProduct("2", bytes), bytes);
    ModelInferRequest request = Versions.sumAndProductRequest(1, 1, 1, 1);
    assertThat(one.infer(request).response().getModelVersion()).isEqualTo("1");
    one.unload();
    assertThat(two.infer(request).response().getModelVersion()).isEqualTo("2");
    two.unload();
  }

  @Test
  void after_unload_requests_are_refused_and_it_can_be_loaded_again() throws Exception {
    LoadedVersion version = sumAndProduct();
    version.unload();
    version.unload();
    ModelInferRequest request = Versions.sumAndProductRequest(1, 1, 1, 1);
    EngineFailure failure = catchThrowableOfType(EngineFailure.class, () -> version.infer(request));
    assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.UNAVAILABLE);
    LoadedVersion again = sumAndProduct();
    assertThat(again.infer(request).response().getOutputsCount()).isEqualTo(2);
    again.unload();
  }

  @Test
  void unload_under_load_ends_every_request_with_an_answer_or_a_refusal() throws Exception {
    LoadedVersion version = sumAndProduct();
    ModelInferRequest request = Versions.sumAndProductRequest(1, 1, 1, 1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < 40; i++) {
        boolean unloads = i == 20;
        calls.add(() -> {
          if (unloads) {
            version.unload();
            return true;
          }
          try {
            return version.infer(request).response().getOutputsCount() == 2;
          } catch (EngineFailure e) {
            return e.kind() == EngineFailure.Kind.UNAVAILABLE;
          }
        });
      }
      for (var result : threads.invokeAll(calls)) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void a_caller_that_is_gone_gets_no_computation() throws Exception {
    LoadedVersion version = sumAndProduct();
    try {
      Context.CancellableContext gone = Context.current().withCancellation();
      gone.cancel(new CancellationException());
      EngineFailure failure =
          catchThrowableOfType(
              EngineFailure.class,
              () -> gone.call(() -> version.infer(Versions.sumAndProductRequest(1, 1, 1, 1))));
      assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.CANCELLED);
    } finally {
      version.unload();
    }
  }

  @Test
  void the_configuration_has_the_mesh_s_name() throws Exception {
    LoadedVersion version = sumAndProduct();
    try {
      assertThat(version.config().getName()).isEqualTo("test");
      assertThat(version.config().getInputCount()).isEqualTo(2);
      assertThat(version.config().getOutputCount()).isEqualTo(2);
    } finally {
      version.unload();
    }
  }

  @Test
  void a_stream_of_its_own_answers_each_request_once_and_in_order() throws Exception {
    Optional<EngineStream> stream = engine().openStream();
    assumeThat(stream).as("engine without streams").isPresent();
    LoadedVersion version = sumAndProduct();
    var answers = new LinkedBlockingQueue<String>();
    try (EngineStream open = stream.get()) {
      for (int i = 0; i < 5; i++) {
        ModelInferRequest request =
            Versions.sumAndProductRequest(i, i, 1, 1).toBuilder().setId("id-" + i).build();
        open.send(version, request, collect(answers));
      }
      for (int i = 0; i < 5; i++) {
        assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("id-" + i);
      }
      version.unload();
      open.send(version, Versions.sumAndProductRequest(1, 1, 1, 1), collect(answers));
      assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("UNAVAILABLE");
    }
    assertThat(answers).isEmpty();
  }

  private static EngineStream.Answer collect(LinkedBlockingQueue<String> answers) {
    return new EngineStream.Answer() {
      @Override
      public void succeeded(Inference inference) {
        answers.add(inference.response().getId());
      }

      @Override
      public void failed(EngineFailure failure) {
        answers.add(failure.kind().name());
      }
    };
  }

  private static ByteString output(ModelInferResponse response, String name) {
    for (int i = 0; i < response.getOutputsCount(); i++) {
      if (response.getOutputs(i).getName().equals(name)) {
        return response.getRawOutputContents(i);
      }
    }
    throw new AssertionError("no output " + name);
  }
}
