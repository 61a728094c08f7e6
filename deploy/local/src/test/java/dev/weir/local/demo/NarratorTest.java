package dev.weir.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class NarratorTest {
  private final TestClock clock = new TestClock();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Narrator narrator(boolean terminal) {
    return new Narrator(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal, clock);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void without_a_terminal_live_lines_come_every_few_seconds_and_nothing_is_coloured() {
    Narrator narrator = narrator(false);
    for (int i = 0; i < 100; i++) {
      narrator.live("line " + i);
      clock.advance(Duration.ofMillis(100));
    }
    assertThat(printed().lines()).hasSize(2);
    assertThat(printed()).contains("line 0", "line 50").doesNotContain("\u001b");
  }

  @Test
  void on_a_terminal_a_live_line_is_replaced_by_what_follows() {
    Narrator narrator = narrator(true);
    narrator.live("working");
    narrator.held("done");
    assertThat(printed()).contains("\r\u001b[2K").contains("done");
    assertThat(printed().lines().filter(line -> line.endsWith("done"))).hasSize(1);
  }
}
