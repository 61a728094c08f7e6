package dev.weir.monitor.labelling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.monitor.v1.Feedback;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelReaderTest {
  private static List<Feedback> json(String text) {
    return LabelReader.json(text.getBytes(StandardCharsets.UTF_8), 2);
  }

  @Test
  void json_has_classes_and_numbers_by_row() {
    assertThat(
            json(
                """
                [{"request_id": "a", "true_classes": ["x", 1]}, {"request_id": "b", "true_values": [1.5]}]
                """))
        .containsExactly(
            Feedback.newBuilder().setRequestId("a").addTrueClasses("x").addTrueClasses("1").build(),
            Feedback.newBuilder().setRequestId("b").addTrueValues(1.5).build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | body: no array (expected: a JSON array of labels)",
        "[ | body: no JSON (expected: a JSON array of labels)",
        "[{}] | request_id:  (expected: 1 to 256 characters)",
        "[{\"request_id\": \"a\"}] | true_classes: [] (expected: at least one class, or one number in true_values)",
        "[{\"request_id\": \"a\", \"true_values\": [\"x\"]}] | true_value: x (expected: a finite number)",
        "[1, 2, 3] | labels: 3 (expected: at most 2)"
      })
  void wrong_json_is_refused_by_the_field_that_is_wrong(String body, String message) {
    assertThatThrownBy(() -> json(body))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(message);
  }

  @Test
  void the_queues_own_file_can_be_filled_in_and_sent_back() {
    String file =
        Csv.line(List.of("request_id", "predicted", "true_class"))
            + Csv.line(List.of("=a,\"1\"\n", "yes", "-no"))
            + Csv.line(List.of("b", "yes", ""));
    assertThat(LabelReader.csv(file, 2))
        .containsExactly(
            Feedback.newBuilder().setRequestId("=a,\"1\"").addTrueClasses("-no").build());
  }

  @Test
  void csv_without_its_columns_is_refused() {
    assertThatThrownBy(() -> LabelReader.csv("id,true_class\na,b\n", 2))
        .hasMessage("head: id,true_class (expected: request_id, and true_class or true_value)");
    assertThatThrownBy(() -> LabelReader.csv("", 2)).hasMessageContaining("body");
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "@x", "+a", "-a"})
  void what_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was(String text) {
    assertThat(Csv.line(List.of(text))).isEqualTo("'" + text + "\r\n");
    assertThat(Csv.read(Csv.line(List.of(text)))).containsExactly(List.of(text));
  }

  @Test
  void numbers_stay_numbers() {
    assertThat(Csv.line(List.of("-1", "+2.5e-3", "7"))).isEqualTo("-1,+2.5e-3,7\r\n");
  }
}
