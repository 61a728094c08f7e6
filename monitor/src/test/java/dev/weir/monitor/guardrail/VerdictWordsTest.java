package dev.weir.monitor.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class VerdictWordsTest {
  @Test
  void evidence_is_said_as_odds() {
    assertThat(VerdictWords.odds(-3)).isEqualTo("1.0 to 1");
    assertThat(VerdictWords.odds(Math.log(8.95))).isEqualTo("9.0 to 1");
    assertThat(VerdictWords.odds(Math.log(3_000))).isEqualTo("3,000 to 1");
    assertThat(VerdictWords.odds(30 * Math.log(10))).isIn("10^29 to 1", "10^30 to 1");
  }

  @Test
  void times_are_said_in_seconds_or_minutes() {
    assertThat(VerdictWords.span(Duration.ofMillis(2_540))).isEqualTo("2.5 s");
    assertThat(VerdictWords.span(Duration.ofSeconds(200))).isEqualTo("3 min 20 s");
    assertThat(VerdictWords.span(Duration.ofSeconds(-1))).isEqualTo("0.0 s");
  }

  @Test
  void a_class_with_an_odd_name_makes_no_text_that_the_registry_refuses() {
    assertThat(VerdictWords.printable("class a\nb\u0000")).isEqualTo("class a?b?");
    assertThat(VerdictWords.printable("x".repeat(3_000))).hasSize(1_503);
  }

  @Test
  void a_violation_says_what_how_much_and_when() {
    assertThat(
            VerdictWords.violated(
                "2",
                "error_rate",
                "errors 12.3 % (37 of 301) against 0.0 % (0 of 5,812)",
                Math.log(8_955),
                Math.log(3_000),
                "; 2.5 s and 301 requests after the canary's first"))
        .isEqualTo(
            "version 2 violates error_rate: errors 12.3 % (37 of 301) against 0.0 % (0 of 5,812);"
                + " the evidence stands at 8,955 to 1, 3,000 to 1 decides; 2.5 s and 301 requests"
                + " after the canary's first");
  }
}
