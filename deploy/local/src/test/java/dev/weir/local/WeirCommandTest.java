package dev.weir.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user sees who got something wrong: one line that says what, where and how to fix it, and a
 * status that says so too.
 */
final class WeirCommandTest {
  private record Seen(int status, String errors) {}

  private static Seen run(String... arguments) {
    PrintStream errors = System.err;
    var printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int status = WeirCommand.run(List.of(arguments), Map.of());
      return new Seen(status, printed.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(errors);
    }
  }

  private static void assertRefused(Seen seen, int status, String... words) {
    assertThat(seen.errors()).contains(words).doesNotContain("\tat ");
    assertThat(seen.errors().strip().lines()).hasSize(1);
    assertThat(seen.status()).isEqualTo(status);
  }

  @Test
  void an_unknown_command_or_option_names_the_help() {
    assertRefused(run("nonsense"), 64, "nonsense", "--help");
    assertRefused(run("demo", "--bogus"), 64, "--bogus", "weir demo --help");
  }

  @Test
  void a_number_out_of_range_names_the_range() {
    assertRefused(run("demo", "--rate", "5"), 64, "--rate: 5 (expected: 50 to 5000)");
    assertRefused(run("demo", "--chapters", "9"), 64, "--chapters");
  }

  @Test
  void a_registry_that_does_not_answer_is_said() {
    assertRefused(
        run("rollout", "show", "x", "--registry", "127.0.0.1:1"), 69, "registry", "--registry");
  }

  @Test
  void files_that_are_not_there_or_not_what_they_should_be_are_named(@TempDir Path folder)
      throws IOException {
    Path card = folder.resolve("card.json");
    assertRefused(
        run("push", "--card", card.toString(), "--artifact", "x"), 64, "card", card.toString());
    Files.writeString(card, "{\"modle\": 1}");
    assertRefused(run("push", "--card", card.toString(), "--artifact", "x"), 64, "modle");
    Files.writeString(card, "{\"model\": \"m\", \"version\": \"1\"}");
    assertRefused(
        run("push", "--card", card.toString(), "--artifact", folder.resolve("gone").toString()),
        64,
        "artifact",
        "gone");
  }

  @Test
  void a_services_wrong_setting_names_its_source() {
    assertRefused(run("router", "--grpc.port=99999"), 64, "grpc.port: 99999", "flag --grpc.port");
  }

  @Test
  void a_step_that_cannot_be_read_shows_the_form() {
    assertRefused(
        run("rollout", "start", "--route", "r", "--version-number", "2", "--step", "5%"),
        64,
        "--step",
        "500:60s:200");
  }
}
