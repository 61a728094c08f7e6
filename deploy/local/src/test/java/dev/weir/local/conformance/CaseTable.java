package dev.weir.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.local.MeshUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a suite saw, case by case. Written to {@code target/conformance}, and compared with the same
 * table in docs/conformance.md; {@code -Dweir.update-docs=true} writes it there.
 */
final class CaseTable {
  private static final Path PAGE = MeshUnderTest.HOME.resolve("docs/conformance.md");

  private final String suite;
  private final List<Case> cases = new ArrayList<>();

  private record Case(String result, String name, String note) {}

  CaseTable(String suite) {
    this.suite = suite;
  }

  /** Adds the lines {@code result TAB name TAB note}; other lines are what the program said. */
  void addLines(String output) {
    output
        .lines()
        .map(line -> line.split("\t", 3))
        .filter(parts -> parts.length == 3)
        .forEach(parts -> cases.add(new Case(parts[0], parts[1], parts[2])));
  }

  /** Fails when a case did not hold, or when the page says anything else. */
  void check() throws IOException {
    String table = table();
    Path written = Path.of("target", "conformance", suite + ".md");
    Files.createDirectories(written.getParent());
    Files.writeString(written, table);
    assertThat(cases).as(suite).isNotEmpty();
    assertThat(cases.stream().filter(each -> each.result().equals("FAILED"))).isEmpty();

    String begin = "<!-- " + suite + " -->\n";
    String end = "<!-- end of " + suite + " -->";
    String page = Files.readString(PAGE);
    assertThat(page).contains(begin).contains(end);
    String wanted =
        page.substring(0, page.indexOf(begin) + begin.length())
            + table
            + page.substring(page.indexOf(end));
    if (Boolean.getBoolean("weir.update-docs")) {
      Files.writeString(PAGE, wanted);
    } else {
      assertThat(page).isEqualTo(wanted);
    }
  }

  private String table() {
    var table = new StringBuilder("| case | result | what holds |\n| --- | --- | --- |\n");
    for (Case each : cases) {
      table
          .append("| ")
          .append(each.name())
          .append(" | ")
          .append(each.result())
          .append(" | ")
          .append(each.note().replace("|", "\\|"))
          .append(" |\n");
    }
    return table.toString();
  }
}
