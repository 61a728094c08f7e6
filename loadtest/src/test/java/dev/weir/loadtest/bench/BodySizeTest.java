package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.proto.inference.ModelInferRequest;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BodySizeTest {
  @ParameterizedTest
  @ValueSource(strings = {"256", "300", "1k", "17k", "64k", "600k", "2m", "4m"})
  void a_body_is_one_framed_request_of_that_size(String word) throws Exception {
    BodySize size = BodySize.parse(word);
    byte[] body = size.body();
    assertThat(body).hasSize(size.bytes());
    ByteBuffer framed = ByteBuffer.wrap(body);
    assertThat(framed.get()).isZero();
    assertThat(framed.getInt()).isEqualTo(body.length - 5);
    ModelInferRequest request = ModelInferRequest.parseFrom(framed);
    assertThat(request.getModelName()).isEqualTo("resnet50");
    assertThat(request.getModelVersion()).isEmpty();
    assertThat(request.getInputs(0).getShape(1)).isEqualTo(request.getRawInputContents(0).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "1kb", "255", "-1k", "5m", "9999999m", "1.5k"})
  void other_sizes_are_refused(String word) {
    assertThatThrownBy(() -> BodySize.parse(word))
        .hasMessage("--size: " + word + " (expected: a size of 256 to 4m, like 1k,64k,600k)");
  }

  @Test
  void k_and_m_are_binary() {
    assertThat(BodySize.parse("64k").bytes()).isEqualTo(65_536);
    assertThat(BodySize.parse("1m").bytes()).isEqualTo(1_048_576);
  }
}
