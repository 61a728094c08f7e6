package dev.weir.monitor.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.monitor.v1.SampleTensor;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class SampleJsonTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00.250Z");

  private static JsonNode json(Sample sample) {
    return new JsonMapper().valueToTree(SampleJson.of(sample));
  }

  private static JsonNode tensor(String datatype, int... bytes) {
    var raw = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      raw[i] = (byte) bytes[i];
    }
    return json(Sample.newBuilder()
            .addOutputs(
                SampleTensor.newBuilder().setDatatype(datatype).setRaw(ByteString.copyFrom(raw)))
            .build())
        .at("/outputs/0");
  }

  @Test
  void a_sample_says_what_was_asked_and_answered() {
    JsonNode json = json(Samples.sample("r-1", "3", AT).addConfidences(0.75f).build());
    assertThat(json.path("requestId").asText()).isEqualTo("r-1");
    assertThat(json.path("at").asText()).isEqualTo("2026-01-01T00:00:00.250Z");
    assertThat(json.path("unit").asText()).isEqualTo(Long.toHexString(Samples.unit("r-1")));
    assertThat(json.path("confidences").toString()).isEqualTo("[0.75]");
    assertThat(json.at("/inputs/0").toString())
        .isEqualTo(
            "{\"name\":\"amount\",\"datatype\":\"FP32\",\"shape\":[1,2],\"values\":[1.5,2.5]}");
  }

  @Test
  void numbers_are_exact_and_what_is_no_number_is_text() {
    assertThat(tensor("INT64", 1, 0, 0, 0, 0, 0, 0x20, 0).path("values").toString())
        .isEqualTo("[9007199254740993]");
    assertThat(tensor("UINT64", 255, 255, 255, 255, 255, 255, 255, 255).path("values").toString())
        .isEqualTo("[18446744073709551615]");
    assertThat(tensor("UINT8", 255).path("values").toString()).isEqualTo("[255]");
    assertThat(tensor("INT8", 255).path("values").toString()).isEqualTo("[-1]");
    assertThat(tensor("BOOL", 1, 0).path("values").toString()).isEqualTo("[true,false]");
    assertThat(tensor("FP32", 0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x7f).path("values").toString())
        .isEqualTo("[\"NaN\",\"Infinity\"]");
  }

  @Test
  void text_is_text_and_everything_else_is_base64() {
    assertThat(tensor("BYTES", 2, 0, 0, 0, 'h', 'i').path("values").toString())
        .isEqualTo("[\"hi\"]");
    assertThat(tensor("BYTES", 1, 0, 0, 0, 255).path("raw").asText()).isEqualTo("AQAAAP8=");
    assertThat(tensor("BYTES", 9, 0, 0, 0, 'h').path("raw").asText()).isNotEmpty();
    assertThat(tensor("FP16", 0, 0x3c).path("raw").asText()).isEqualTo("ADw=");
    assertThat(tensor("FP32", 0, 0x3c).path("raw").asText()).isEqualTo("ADw=");
  }
}
