package dev.weir.worker.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SampleTensorsTest {
  private static List<Double> values(TensorType type, List<Long> shape, ByteString raw) {
    return SampleTensors.values(new RawTensor("value", type, shape, raw), 10);
  }

  private static List<Double> one(TensorType type, int... littleEndian) {
    byte[] bytes = new byte[littleEndian.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) littleEndian[i];
    }
    return values(type, List.of(1L), ByteString.copyFrom(bytes));
  }

  @Test
  void numbers_of_each_type_are_read_as_what_they_are() {
    assertThat(one(TensorType.UINT8, 255)).containsExactly(255.0);
    assertThat(one(TensorType.INT8, 255)).containsExactly(-1.0);
    assertThat(one(TensorType.UINT16, 255, 255)).containsExactly(65_535.0);
    assertThat(one(TensorType.INT16, 255, 255)).containsExactly(-1.0);
    assertThat(one(TensorType.UINT32, 255, 255, 255, 255)).containsExactly(4_294_967_295.0);
    assertThat(one(TensorType.INT32, 255, 255, 255, 255)).containsExactly(-1.0);
    assertThat(one(TensorType.UINT64, 255, 255, 255, 255, 255, 255, 255, 255))
        .containsExactly(0x1p64);
    assertThat(one(TensorType.INT64, 255, 255, 255, 255, 255, 255, 255, 255)).containsExactly(-1.0);
    // 1.5 in half precision and in brain floating point
    assertThat(one(TensorType.FP16, 0x00, 0x3e)).containsExactly(1.5);
    assertThat(one(TensorType.BF16, 0xc0, 0x3f)).containsExactly(1.5);
    assertThat(one(TensorType.FP32, 0, 0, 0xc0, 0x3f)).containsExactly(1.5);
    assertThat(one(TensorType.FP64, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f)).containsExactly(1.5);
  }

  @Test
  void what_is_no_number_has_no_value() {
    assertThat(one(TensorType.BOOL, 1)).isEmpty();
    assertThat(
            values(
                TensorType.BYTES, List.of(1L), RawBytes.of(List.of(ByteString.copyFromUtf8("1")))))
        .isEmpty();
  }

  @Test
  void a_row_has_one_value_or_none() {
    ByteString four = Versions.floats(1, 2, 3, 4);
    assertThat(values(TensorType.FP32, List.of(4L), four)).containsExactly(1.0, 2.0, 3.0, 4.0);
    assertThat(values(TensorType.FP32, List.of(4L, 1L), four)).hasSize(4);
    assertThat(values(TensorType.FP32, List.of(2L, 2L), four)).isEmpty();
    assertThat(values(TensorType.FP32, List.of(0L), ByteString.EMPTY)).isEmpty();
    assertThat(values(TensorType.FP32, List.of(), Versions.floats(7))).containsExactly(7.0);
  }

  @Test
  void rows_beyond_the_bound_are_left_out() {
    assertThat(
            SampleTensors.values(
                new RawTensor("value", TensorType.FP32, List.of(4L), Versions.floats(1, 2, 3, 4)),
                2))
        .containsExactly(1.0, 2.0);
  }

  @Test
  void the_first_row_is_said_whole_or_not_at_all() {
    var tensor =
        new RawTensor("p", TensorType.FP32, List.of(2L, 2L), Versions.floats(.25f, .75f, 1, 0));
    assertThat(SampleTensors.firstRow(tensor, 2)).containsExactly(.25f, .75f);
    assertThat(SampleTensors.firstRow(tensor, 1)).isEmpty();
    assertThat(
            SampleTensors.firstRow(
                new RawTensor("p", TensorType.FP32, List.of(0L, 2L), ByteString.EMPTY), 2))
        .isEmpty();
    assertThat(
            SampleTensors.firstRow(
                new RawTensor("p", TensorType.INT64, List.of(1L, 1L), Versions.longs(1)), 2))
        .isEmpty();
  }
}
