package dev.weir.loadtest.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestsTest {
  private static ModelMetadataResponse metadata(String datatype, Long... shape) {
    return ModelMetadataResponse.newBuilder()
        .setName("m")
        .addInputs(
            ModelMetadataResponse.TensorMetadata.newBuilder()
                .setName("x")
                .setDatatype(datatype)
                .addAllShape(List.of(shape)))
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "FP64,8",
    "INT64,8",
    "UINT64,8",
    "FP32,4",
    "INT32,4",
    "UINT32,4",
    "FP16,2",
    "BF16,2",
    "INT16,2",
    "UINT16,2",
    "INT8,1",
    "UINT8,1",
    "BOOL,1"
  })
  void random_contents_have_the_bytes_that_shape_and_datatype_ask_for(String datatype, int size) {
    ModelInferRequest request =
        new RandomRequests(metadata(datatype, -1L, 2L, 3L), 1, "a-").request(7);
    assertThat(request.getModelName()).isEqualTo("m");
    assertThat(request.getId()).isEqualTo("a-7");
    assertThat(request.getInputs(0).getName()).isEqualTo("x");
    assertThat(request.getInputs(0).getDatatype()).isEqualTo(datatype);
    assertThat(request.getInputs(0).getShapeList()).containsExactly(1L, 2L, 3L);
    assertThat(request.getRawInputContents(0).size()).isEqualTo(6 * size);
  }

  @Test
  void random_texts_are_length_prefixed() {
    ModelInferRequest request = new RandomRequests(metadata("BYTES", 4L), 1, "").request(0);
    ByteBuffer raw = request.getRawInputContents(0).asReadOnlyByteBuffer();
    raw.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      int length = raw.getInt();
      assertThat(length).isBetween(1, 3);
      raw.position(raw.position() + length);
    }
    assertThat(raw.hasRemaining()).isFalse();
  }

  @Test
  void the_same_seed_gives_the_same_contents() {
    ByteString first = new RandomRequests(metadata("FP32", 8L), 5, "").request(0).toByteString();
    assertThat(new RandomRequests(metadata("FP32", 8L), 5, "").request(0).toByteString())
        .isEqualTo(first);
    assertThat(new RandomRequests(metadata("FP32", 8L), 6, "").request(0).toByteString())
        .isNotEqualTo(first);
  }

  @Test
  void metadata_that_cannot_be_filled_is_refused() {
    assertThatThrownBy(() -> new RandomRequests(metadata("FP128", 1L), 1, "").request(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("datatype: FP128");
    assertThatThrownBy(
            () -> new RandomRequests(metadata("FP32", 1L << 40, 1L << 40), 1, "").request(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("shape of x: [1099511627776, 1099511627776]");
  }

  @Test
  void rows_become_tensors_in_the_order_asked_for_and_start_over() {
    var table =
        new RowTable(List.of("a", "b", "c"), List.of(new float[] {1, 2, 3}, new float[] {4, 5, 6}));
    var requests =
        new RowRequests(table, table.positions(List.of("c", "a")), "m", "features", "id-");
    ModelInferRequest third = requests.request(2);
    assertThat(third.getId()).isEqualTo("id-2");
    assertThat(third.getInputs(0).getName()).isEqualTo("features");
    assertThat(third.getInputs(0).getShapeList()).containsExactly(1L, 2L);
    ByteBuffer raw =
        third.getRawInputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(raw.getFloat()).isEqualTo(3f);
    assertThat(raw.getFloat()).isEqualTo(1f);
    assertThat(raw.hasRemaining()).isFalse();
    assertThat(requests.row(1)).containsExactly(4f, 5f, 6f);
  }
}
