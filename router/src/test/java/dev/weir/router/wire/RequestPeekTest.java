package dev.weir.router.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.ModelInferRequest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RequestPeekTest {
  private static final long SEED = 20_260_301;

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder()
        .setModelName("fraud")
        .setModelVersion("3")
        .setId("request-7")
        .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(42).build())
        .putParameters("user", InferParameter.newBuilder().setStringParam("ann").build())
        .putParameters("late", InferParameter.newBuilder().setBoolParam(true).build())
        .putParameters("share", InferParameter.newBuilder().setDoubleParam(0.5).build())
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(4))
        .addRawInputContents(ByteString.copyFrom(new byte[16]))
        .build();
  }

  private static void assertReadsAll(RequestPeek peek) {
    assertThat(peek.model()).isEqualTo("fraud");
    assertThat(peek.version()).isEqualTo("3");
    assertThat(peek.id()).isEqualTo("request-7");
    assertThat(peek.parameter("sequence_id")).isEqualTo(new KeyValue.Whole(42));
    assertThat(peek.parameter("user")).isEqualTo(new KeyValue.Text("ann"));
    assertThat(peek.parameter("late")).isEqualTo(new KeyValue.Flag(true));
    assertThat(peek.parameter("share")).isEqualTo(new KeyValue.Real(0.5));
    assertThat(peek.parameter("other")).isNull();
  }

  @Test
  void a_request_is_read() throws MalformedRequestException {
    assertReadsAll(RequestPeek.of(request().toByteArray()));
  }

  @Test
  void fields_may_come_in_any_order() throws MalformedRequestException {
    List<byte[]> fields = new ArrayList<>();
    ModelInferRequest whole = request();
    fields.add(ModelInferRequest.newBuilder().setModelName("fraud").build().toByteArray());
    fields.add(ModelInferRequest.newBuilder().setModelVersion("3").build().toByteArray());
    fields.add(ModelInferRequest.newBuilder().setId("request-7").build().toByteArray());
    fields.add(
        ModelInferRequest.newBuilder()
            .putAllParameters(whole.getParametersMap())
            .build()
            .toByteArray());
    fields.add(
        ModelInferRequest.newBuilder().addAllInputs(whole.getInputsList()).build().toByteArray());
    fields.add(
        ModelInferRequest.newBuilder()
            .addAllRawInputContents(whole.getRawInputContentsList())
            .build()
            .toByteArray());
    var random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(fields, random);
      var bytes = new ByteArrayOutputStream();
      fields.forEach(bytes::writeBytes);
      assertReadsAll(RequestPeek.of(bytes.toByteArray()));
    }
  }

  @Test
  void bytes_may_come_in_any_pieces() throws MalformedRequestException {
    byte[] bytes = request().toByteArray();
    RandomGenerator random = Randomness.seeded(SEED);
    for (int i = 0; i < 200; i++) {
      var peek = new RequestPeek();
      int at = 0;
      while (at < bytes.length) {
        int end = at + 1 + random.nextInt(Math.min(9, bytes.length - at));
        peek.feed(bytes, at, Math.min(end, bytes.length));
        at = Math.min(end, bytes.length);
      }
      peek.finish();
      assertReadsAll(peek);
    }
  }

  /** What is left without the id's field is the request without an id, wherever that field is. */
  @Test
  void the_place_of_the_id_is_known() throws Exception {
    RandomGenerator random = Randomness.seeded(SEED);
    ModelInferRequest request = request();
    List<byte[]> fields = new ArrayList<>();
    fields.add(ModelInferRequest.newBuilder().setId("some id").build().toByteArray());
    fields.add(request.toBuilder().clearId().clearRawInputContents().build().toByteArray());
    fields.add(
        ModelInferRequest.newBuilder()
            .addRawInputContents(ByteString.copyFrom(new byte[700]))
            .build()
            .toByteArray());
    for (int i = 0; i < 300; i++) {
      Collections.shuffle(fields, new Random(random.nextLong()));
      var out = new ByteArrayOutputStream();
      fields.forEach(out::writeBytes);
      byte[] bytes = out.toByteArray();
      var peek = new RequestPeek();
      int at = 0;
      while (at < bytes.length) {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(50));
        int over = peek.stepOver(end - at);
        peek.feed(bytes, at + over, end);
        at = end;
      }
      peek.finish();
      var without = new ByteArrayOutputStream();
      without.write(bytes, 0, (int) peek.idFrom());
      without.write(bytes, (int) peek.idTo(), bytes.length - (int) peek.idTo());
      assertThat(ModelInferRequest.parseFrom(without.toByteArray()))
          .isEqualTo(
              request.toBuilder()
                  .clearId()
                  .setRawInputContents(0, ByteString.copyFrom(new byte[700]))
                  .build());
      assertThat(peek.hasSeveralIds()).isFalse();
    }
    byte[] twice = {26, 1, 'a', 26, 1, 'b'};
    assertThat(RequestPeek.of(twice).hasSeveralIds()).isTrue();
    byte[] none = {10, 1, 'm'};
    assertThat(RequestPeek.of(none).idTo()).isEqualTo(RequestPeek.of(none).idFrom());
  }

  @Test
  void of_a_field_that_comes_twice_the_last_one_counts() throws MalformedRequestException {
    byte[] overridden =
        concatenation(request().toByteArray(), OverrideFields.request("shadow", "9"));

    RequestPeek peek = RequestPeek.of(overridden);

    assertThat(peek.model()).isEqualTo("shadow");
    assertThat(peek.version()).isEqualTo("9");
    assertThat(peek.id()).isEqualTo("request-7");
  }

  @Test
  void override_fields_replace_for_protobuf_too() throws InvalidProtocolBufferException {
    ModelInferRequest parsed =
        ModelInferRequest.parseFrom(
            concatenation(request().toByteArray(), OverrideFields.request("shadow", "9")));

    assertThat(parsed)
        .isEqualTo(request().toBuilder().setModelName("shadow").setModelVersion("9").build());
  }

  @Test
  void a_request_that_ends_early_is_refused() {
    byte[] bytes = request().toByteArray();
    assertThatThrownBy(() -> RequestPeek.of(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(MalformedRequestException.class)
        .hasMessageContaining("request: ends inside field");
  }

  @Test
  void names_have_a_limit() throws MalformedRequestException {
    String longest = "m".repeat(RequestPeek.MAX_MODEL_NAME_BYTES);
    assertThat(RequestPeek.of(named(longest)).model()).isEqualTo(longest);
    assertThatThrownBy(() -> RequestPeek.of(named(longest + "m")))
        .isInstanceOf(MalformedRequestException.class)
        .hasMessage("model_name: 1025 bytes (expected: at most 1024 bytes)");
  }

  private static byte[] named(String model) {
    return ModelInferRequest.newBuilder().setModelName(model).build().toByteArray();
  }

  @Test
  void a_long_id_counts_as_none_and_long_parameters_are_not_read()
      throws MalformedRequestException {
    ModelInferRequest request =
        request().toBuilder()
            .setId("i".repeat(RequestPeek.MAX_ID_BYTES + 1))
            .putParameters(
                "huge", InferParameter.newBuilder().setStringParam("x".repeat(5000)).build())
            .build();

    RequestPeek peek = RequestPeek.of(request.toByteArray());

    assertThat(peek.id()).isEmpty();
    assertThat(peek.parameter("huge")).isNull();
    assertThat(peek.parameter("user")).isEqualTo(new KeyValue.Text("ann"));
  }

  @Test
  void text_that_is_no_utf_8_is_refused() {
    byte[] bytes = {0x0a, 2, (byte) 0xc3, 0x28};
    assertThatThrownBy(() -> RequestPeek.of(bytes))
        .isInstanceOf(MalformedRequestException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void too_many_fields_are_refused() {
    byte[] bytes = new byte[2 * (RequestPeek.MAX_FIELDS + 1)];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 0x40; // field 8, a number
    }
    assertThatThrownBy(() -> RequestPeek.of(bytes)).isInstanceOf(MalformedRequestException.class);
  }

  /** Whatever bytes come: a refusal, or the very names that protobuf reads. */
  @Test
  void mutated_requests_are_refused_or_read_as_protobuf_does() {
    RandomGenerator random = Randomness.seeded(SEED);
    byte[] original = request().toByteArray();
    int bothRead = 0;
    for (int i = 0; i < 60_000; i++) {
      byte[] bytes = mutated(original, random);
      RequestPeek peek;
      try {
        peek = RequestPeek.of(bytes);
        for (String name : List.of("sequence_id", "user", "late", "share")) {
          peek.parameter(name);
        }
      } catch (MalformedRequestException refused) {
        continue;
      }
      ModelInferRequest parsed;
      try {
        parsed = ModelInferRequest.parseFrom(bytes);
      } catch (InvalidProtocolBufferException deeperProblem) {
        continue;
      }
      bothRead++;
      assertThat(peek.model()).as("mutation %d", i).isEqualTo(parsed.getModelName());
      assertThat(peek.version()).as("mutation %d", i).isEqualTo(parsed.getModelVersion());
      assertThat(peek.id()).as("mutation %d", i).isEqualTo(parsed.getId());
    }
    assertThat(bothRead).isGreaterThan(5_000);
  }

  private static byte[] mutated(byte[] original, RandomGenerator random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int c = 0; c < changes; c++) {
      switch (random.nextInt(4)) {
        case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        case 1 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
        default -> {
          int from = random.nextInt(bytes.length);
          bytes = concatenation(bytes, Arrays.copyOfRange(bytes, from, bytes.length));
          if (bytes.length > 4096) {
            bytes = Arrays.copyOf(bytes, 4096);
          }
        }
      }
    }
    return bytes;
  }

  private static byte[] concatenation(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
