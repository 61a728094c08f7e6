package dev.weir.platform.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CheckTest {
  @Test
  void both_ends_of_a_range_are_inside() {
    assertThat(Check.inRange("x", 1, 1, 3)).isEqualTo(1);
    assertThat(Check.inRange("x", 3L, 1L, 3L)).isEqualTo(3L);
    assertThat(Check.inRange("x", 1.0, 0.0, 1.0)).isEqualTo(1.0);
    assertThat(Check.inRange("x", Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(1)))
        .isEqualTo(Duration.ofSeconds(1));
    assertThatThrownBy(() -> Check.inRange("x", 0, 1, 3)).hasMessage("x: 0 (expected: 1 to 3)");
    assertThatThrownBy(() -> Check.inRange("x", 4L, 1L, 3L)).hasMessage("x: 4 (expected: 1 to 3)");
    assertThatThrownBy(() -> Check.inRange("x", Double.NaN, 0.0, 1.0))
        .hasMessage("x: NaN (expected: 0.0 to 1.0)");
    assertThatThrownBy(() ->
            Check.inRange("x", Duration.ofHours(1), Duration.ofMillis(250), Duration.ofMinutes(5)))
        .hasMessage("x: 1h (expected: 250ms to 5m)");
    assertThatThrownBy(() -> Check.port("x", 65_536)).hasMessageContaining("0 to 65535");
    assertThatThrownBy(() -> Check.notBlank("x", " ")).hasMessage("x: \" \" (expected: not empty)");
  }

  @Test
  void durations_are_shown_as_configuration_files_write_them() {
    assertThat(Check.show(Duration.ZERO)).isEqualTo("0s");
    assertThat(Check.show(Duration.ofNanos(1))).isEqualTo("1ns");
    assertThat(Check.show(Duration.ofNanos(1_500))).isEqualTo("1500ns");
    assertThat(Check.show(Duration.ofNanos(2_000))).isEqualTo("2us");
    assertThat(Check.show(Duration.ofMillis(1_250))).isEqualTo("1250ms");
    assertThat(Check.show(Duration.ofSeconds(90))).isEqualTo("90s");
    assertThat(Check.show(Duration.ofMinutes(90))).isEqualTo("90m");
    assertThat(Check.show(Duration.ofHours(2))).isEqualTo("2h");
  }

  @Test
  void a_long_value_is_cut() {
    assertThatThrownBy(() -> Check.notBlank("x", " ".repeat(1_000)))
        .hasMessageContaining("... (1002 characters)");
  }
}
