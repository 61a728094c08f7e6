package dev.weir.worker.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.registry.v1.Signature;
import dev.weir.worker.engine.Versions;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TensorsTest {
  @Test
  void elements_are_the_product_of_the_dimensions_or_nothing() {
    assertThat(Shapes.elements(List.of())).hasValue(1);
    assertThat(Shapes.elements(List.of(2L, 3L))).hasValue(6);
    assertThat(Shapes.elements(List.of(2L, 0L))).hasValue(0);
    assertThat(Shapes.elements(List.of(2L, -1L))).isEmpty();
    assertThat(Shapes.elements(List.of(1L << 32, 1L << 31))).isEmpty();
    assertThat(Shapes.elements(List.of(Long.MAX_VALUE, 2L))).isEmpty();
    assertThat(Shapes.elements(List.of(Long.MAX_VALUE))).hasValue(Long.MAX_VALUE);
  }

  @Test
  void texts_survive_the_raw_form_and_a_cut_one_is_noticed() {
    List<ByteString> texts =
        List.of(ByteString.copyFromUtf8("a"), ByteString.EMPTY, ByteString.copyFromUtf8("ü"));
    ByteString raw = RawBytes.of(texts);
    assertThat(RawBytes.elements(raw)).isEqualTo(texts);
    assertThat(RawBytes.count(raw)).hasValue(3);
    assertThat(RawBytes.count(raw.substring(0, raw.size() - 1))).isEmpty();
    assertThat(RawBytes.count(raw.substring(0, 2))).isEmpty();
    assertThat(RawBytes.count(ByteString.EMPTY)).hasValue(0);
  }

  @Test
  void typed_elements_become_little_endian_bytes() {
    var contents =
        InferTensorContents.newBuilder()
            .addBoolContents(true)
            .addIntContents(-2)
            .addInt64Contents(-2)
            .addUintContents(0xfffe)
            .addUint64Contents(-2)
            .addFp32Contents(1)
            .addFp64Contents(1)
            .build();
    assertThat(hex(TensorType.BOOL, contents)).isEqualTo("01");
    assertThat(hex(TensorType.INT8, contents)).isEqualTo("fe");
    assertThat(hex(TensorType.INT16, contents)).isEqualTo("feff");
    assertThat(hex(TensorType.INT32, contents)).isEqualTo("feffffff");
    assertThat(hex(TensorType.INT64, contents)).isEqualTo("feffffffffffffff");
    assertThat(hex(TensorType.UINT16, contents)).isEqualTo("feff");
    assertThat(hex(TensorType.UINT32, contents)).isEqualTo("feff0000");
    assertThat(hex(TensorType.UINT64, contents)).isEqualTo("feffffffffffffff");
    assertThat(hex(TensorType.FP32, contents)).isEqualTo("0000803f");
    assertThat(hex(TensorType.FP64, contents)).isEqualTo("000000000000f03f");
  }

  private static String hex(TensorType type, InferTensorContents contents) {
    return HexFormat.of().formatHex(TypedContents.toRaw(type, contents).toByteArray());
  }

  @Test
  void a_signature_that_cannot_be_served_is_refused_with_the_rule() {
    var good =
        Signature.newBuilder()
            .addInputs(Versions.spec("in", TensorType.FP32, List.of(-1L)))
            .addOutputs(Versions.spec("out", TensorType.INT64, List.of(-1L)))
            .build();
    assertThat(TensorSignature.of(good).isBatched()).isTrue();
    assertRefused(good.toBuilder().clearInputs(), "number of inputs: 0");
    assertRefused(good.toBuilder().addOutputs(good.getOutputs(0)), "names that differ");
    assertRefused(good.toBuilder().setClassOutput("class"), "class_output: class");
    var odd = good.toBuilder();
    odd.getInputsBuilder(0).setDatatype("FLOAT");
    assertRefused(odd, "input in datatype: FLOAT");
    odd.getInputsBuilder(0).setDatatype("FP32").setShape(0, 0);
    assertRefused(odd, "input in shape: [0]");
  }

  private static void assertRefused(Signature.Builder signature, String words) {
    assertThatThrownBy(() -> TensorSignature.of(signature.build()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(words);
  }
}
