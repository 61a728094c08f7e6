package dev.weir.router.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StreamResponsePeekTest {
  private static final ModelStreamInferResponse ANSWER =
      ModelStreamInferResponse.newBuilder()
          .setInferResponse(
              ModelInferResponse.newBuilder()
                  .setModelName("fraud-eu")
                  .setModelVersion("3")
                  .setId("request-7"))
          .build();

  @Test
  void an_answer_says_whose_it_is() {
    assertThat(StreamResponsePeek.of(ANSWER.toByteArray()))
        .isEqualTo(new StreamResponsePeek("request-7", false, true));
  }

  @Test
  void an_error_is_one() {
    var error = ModelStreamInferResponse.newBuilder().setErrorMessage("no such model").build();
    assertThat(StreamResponsePeek.of(error.toByteArray()))
        .isEqualTo(new StreamResponsePeek("", true, false));
  }

  @Test
  void the_routes_name_can_be_put_into_an_answer() throws InvalidProtocolBufferException {
    byte[] bytes = ANSWER.toByteArray();
    byte[] name = OverrideFields.streamResponse("fraud");
    byte[] both = Arrays.copyOf(bytes, bytes.length + name.length);
    System.arraycopy(name, 0, both, bytes.length, name.length);

    ModelInferResponse answer = ModelStreamInferResponse.parseFrom(both).getInferResponse();

    assertThat(answer.getModelName()).isEqualTo("fraud");
    assertThat(answer.getId()).isEqualTo("request-7");
  }

  @Test
  void any_bytes_can_be_looked_at() {
    RandomGenerator random = Randomness.seeded(7);
    byte[] original = ANSWER.toByteArray();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = original.clone();
      for (int c = 0; c <= random.nextInt(4); c++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      assertThat(StreamResponsePeek.of(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))))
          .isNotNull();
    }
  }
}
