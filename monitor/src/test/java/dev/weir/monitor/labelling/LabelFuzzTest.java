package dev.weir.monitor.labelling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Labels as people's files may have them. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LabelFuzzTest {
  private static final long MOST_BYTES = 16 << 20;
  private static final List<String> JSON =
      List.of(
          "[{\"request_id\":\"a\",\"true_classes\":[\"1\",\"2\"],\"true_values\":[1.5,-2e3]}]",
          "[[[[[[[[{}]]]]]]]]",
          "{\"request_id\":null}",
          "[{\"request_id\":[],\"true_classes\":{\"a\":1},\"true_values\":[\"NaN\",1e999]}]");
  private static final List<String> CSV =
      List.of(
          "request_id,true_class,true_value\r\na,1,2.5\r\n\"b,\"\"c\",'=1+1,\r\n",
          "\"\n\",\"\n",
          "request_id,true_class\n'\n,,,,\n");

  @Test
  void json_is_read_or_refused_by_name() {
    FuzzRun.bounded(
        "labels json",
        20_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          byte[] body =
              Change.some(
                  JSON.get(random.nextInt(JSON.size())).getBytes(StandardCharsets.UTF_8), random);
          try {
            assertThat(LabelReader.json(body, 10)).hasSizeLessThanOrEqualTo(10);
          } catch (InvalidValueException refused) {
            assertThat(refused.getMessage()).contains("expected:");
          }
        });
  }

  @Test
  void json_that_is_nested_deeply_is_refused() {
    String deep = "[".repeat(200_000);
    FuzzRun.bounded(
        "deep json",
        1,
        MOST_BYTES,
        seed -> {
          try {
            LabelReader.json(deep.getBytes(StandardCharsets.UTF_8), 10);
          } catch (InvalidValueException refused) {
            assertThat(refused.getMessage()).contains("expected:");
          }
        });
  }

  @Test
  void csv_is_read_or_refused_by_name() {
    FuzzRun.bounded(
        "labels csv",
        20_000,
        MOST_BYTES,
        seed -> {
          var random = new SplittableRandom(seed);
          byte[] body =
              Change.some(
                  CSV.get(random.nextInt(CSV.size())).getBytes(StandardCharsets.UTF_8), random);
          try {
            LabelReader.csv(new String(body, StandardCharsets.UTF_8), 10);
          } catch (InvalidValueException refused) {
            assertThat(refused.getMessage()).contains("expected:");
          }
        });
  }

  @Test
  void fields_that_were_written_come_back() {
    FuzzRun.of(
        "csv round trip",
        20_000,
        seed -> {
          var random = new SplittableRandom(seed);
          var fields = new ArrayList<String>();
          for (int i = random.nextInt(1, 5); i > 0; i--) {
            var field = new StringBuilder();
            for (int j = random.nextInt(6); j > 0; j--) {
              field.append("a1=+-@'\",\n ü".charAt(random.nextInt(11)));
            }
            fields.add(field.toString());
          }
          if (fields.equals(List.of("")) || fields.stream().anyMatch(f -> f.startsWith("'"))) {
            return;
          }
          assertThat(Csv.read(Csv.line(fields))).containsExactly(fields);
        });
  }
}
