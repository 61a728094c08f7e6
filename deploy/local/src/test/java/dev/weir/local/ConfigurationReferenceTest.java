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

/**
 * docs/configuration-reference.md says what {@code --help} of each service says. {@code mvn -pl
 * deploy/local test -Dtest=ConfigurationReferenceTest -Dweir.update-docs=true} writes it anew.
 */
final class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("../../docs/configuration-reference.md");
  private static final List<String> SERVICES = List.of("router", "worker", "registry", "monitor");

  @Test
  void the_page_says_what_help_says() throws IOException {
    var page =
        new StringBuilder(
            """
            # Configuration reference

            Made from `./weir SERVICE --help` and compared with it by `ConfigurationReferenceTest`. How settings are given, and which
            source wins: [configuration](configuration.md).
            """);
    for (String service : SERVICES) {
      page.append("\n## ")
          .append(service)
          .append("\n\n```\n")
          .append(help(service))
          .append("```\n");
    }
    if (Boolean.getBoolean("weir.update-docs")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).hasContent(page.toString());
  }

  private static String help(String service) {
    PrintStream out = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(WeirCommand.service(service, List.of("--help"), Map.of())).isZero();
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
