package dev.weir.router.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.router.wire.OutputTensor.Elements;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutputTensorTest {
  private static final List<String> DATATYPES =
      List.of(
          "BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16",
          "BF16", "FP32", "FP64", "BYTES", "NONE");

  private static ModelInferResponse.Builder answer(String datatype, long... shape) {
    ModelInferResponse.Builder answer = ModelInferResponse.newBuilder();
    ModelInferResponse.InferOutputTensor.Builder output =
        answer.addOutputsBuilder().setName("y").setDatatype(datatype);
    for (long dimension : shape) {
      output.addShape(dimension);
    }
    return answer;
  }

  private static @Nullable OutputTensor raw(String datatype, byte[] bytes, long... shape) {
    return OutputTensor.of(
        answer(datatype, shape).addRawOutputContents(ByteString.copyFrom(bytes)).build(), "y");
  }

  private static byte[] littleEndian(int bytes, Consumer<ByteBuffer> filler) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    filler.accept(buffer);
    return buffer.array();
  }

  private static Elements elements(@Nullable OutputTensor tensor) {
    return Objects.requireNonNull(tensor).elements();
  }

  private static double[] floating(@Nullable OutputTensor tensor) {
    return ((Elements.Floating) elements(tensor)).values();
  }

  private static long[] whole(@Nullable OutputTensor tensor) {
    return ((Elements.Whole) elements(tensor)).values();
  }

  @Test
  void raw_floating_point_elements() {
    assertThat(floating(raw("FP32", littleEndian(8, b -> b.putFloat(1.5f).putFloat(-2)), 1, 2)))
        .containsExactly(1.5, -2);
    assertThat(floating(raw("FP64", littleEndian(8, b -> b.putDouble(0.1)), 1)))
        .containsExactly(0.1);
    assertThat(
            floating(raw("FP16", littleEndian(2, b -> b.putShort(Float.floatToFloat16(0.5f))), 1)))
        .containsExactly(0.5);
    // bfloat16: the upper half of a float
    assertThat(floating(raw("BF16", littleEndian(2, b -> b.putShort((short) 0xC040)), 1)))
        .containsExactly(-3.0);
  }

  @Test
  void raw_whole_elements_with_and_without_sign() {
    byte[] ones = {-1, -1, -1, -1, -1, -1, -1, -1};
    assertThat(whole(raw("INT8", ones, 8))).containsOnly(-1);
    assertThat(whole(raw("UINT8", ones, 8))).containsOnly(255);
    assertThat(whole(raw("INT16", ones, 4))).containsOnly(-1);
    assertThat(whole(raw("UINT16", ones, 4))).containsOnly(65_535);
    assertThat(whole(raw("INT32", ones, 2))).containsOnly(-1);
    assertThat(whole(raw("UINT32", ones, 2))).containsOnly(4_294_967_295L);
    assertThat(whole(raw("INT64", ones, 1))).containsOnly(-1);
    assertThat(whole(raw("BOOL", new byte[] {1, 0}, 2))).containsExactly(1, 0);
  }

  @Test
  void raw_texts_have_their_length_before_them() {
    byte[] bytes =
        littleEndian(
            11, b -> b.putInt(2).put((byte) 'h').put((byte) 'i').putInt(1).put((byte) '!'));

    assertThat(((Elements.Texts) elements(raw("BYTES", bytes, 2))).values())
        .containsExactly(ByteString.copyFromUtf8("hi"), ByteString.copyFromUtf8("!"));
  }

  @Test
  void typed_elements() {
    ModelInferResponse.Builder answer = answer("FP32", 2);
    answer
        .getOutputsBuilder(0)
        .setContents(InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2));
    assertThat(floating(OutputTensor.of(answer.build(), "y"))).containsExactly(1, 2);

    answer = answer("INT64", 1);
    answer.getOutputsBuilder(0).setContents(InferTensorContents.newBuilder().addInt64Contents(-7));
    assertThat(whole(OutputTensor.of(answer.build(), "y"))).containsExactly(-7);
  }

  @Test
  void what_does_not_fit_its_shape_is_not_read() {
    assertThat(raw("FP32", new byte[7], 2)).isNull();
    assertThat(raw("FP32", new byte[8], 3)).isNull();
    assertThat(raw("FP32", new byte[8], -1)).isNull();
    assertThat(raw("FP32", new byte[0], 1L << 32, 1L << 32)).isNull();
    assertThat(raw("BYTES", new byte[] {9, 0, 0, 0, 1}, 1)).isNull();
    assertThat(raw("UNKNOWN", new byte[4], 1)).isNull();
    assertThat(OutputTensor.of(answer("FP32", 1).build(), "z")).isNull();
  }

  @Test
  void nothing_that_a_worker_sends_throws() {
    RandomGenerator random = Randomness.seeded(5);
    for (int i = 0; i < 20_000; i++) {
      var bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      long[] shape = random.longs(random.nextInt(3), -2, 6).toArray();
      String datatype = DATATYPES.get(random.nextInt(DATATYPES.size()));
      OutputTensor tensor = raw(datatype, bytes, shape);
      if (tensor != null) {
        assertThat(tensor.elements().count()).isLessThanOrEqualTo(bytes.length);
      }
    }
  }
}
