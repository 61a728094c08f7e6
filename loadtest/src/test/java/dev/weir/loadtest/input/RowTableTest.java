package dev.weir.loadtest.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowTableTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void reads_plain_and_gzip_files() throws IOException {
    String text = "age,income\n1,2.5\n 3 ,-4e2\n";
    Path zipped = folder.resolve("rows.csv.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    for (Path file : new Path[] {file("rows.csv", text), zipped}) {
      RowTable table = RowTable.read(file);
      assertThat(table.columns()).containsExactly("age", "income");
      assertThat(table.rows()).hasSize(2);
      assertThat(table.rows().get(1)).containsExactly(3f, -400f);
    }
  }

  @Test
  void a_cell_that_is_no_number_is_named_by_column_and_line() throws IOException {
    Path file = file("rows.csv", "age,income\n1,2\n3,much\n");
    assertThatThrownBy(() -> RowTable.read(file))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("income: \"much\" (expected: a number), from " + file + ":3");
  }

  @Test
  void a_row_of_another_length_is_named_by_line() throws IOException {
    Path file = file("rows.csv", "age,income\n1,2,3\n");
    assertThatThrownBy(() -> RowTable.read(file))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("row: 1,2,3 (expected: 2 values, as the header has), from " + file + ":2");
  }

  @Test
  void files_without_header_or_rows_are_refused() throws IOException {
    Path empty = file("empty.csv", "");
    assertThatThrownBy(() -> RowTable.read(empty))
        .hasMessage("rows: " + empty + " (expected: a CSV file with a header line)");
    Path headerOnly = file("header.csv", "age\n");
    assertThatThrownBy(() -> RowTable.read(headerOnly))
        .hasMessage("rows: " + headerOnly + " (expected: at least one row)");
  }

  @Test
  void files_that_cannot_be_read_are_refused() throws IOException {
    Path missing = folder.resolve("missing.csv");
    assertThatThrownBy(() -> RowTable.read(missing))
        .hasMessage("rows: " + missing + " (expected: a file that can be read)");
    assertThatThrownBy(() -> RowTable.read(folder)).isInstanceOf(InvalidValueException.class);
    Path notZipped = file("rows.csv.gz", "age\n1\n");
    assertThatThrownBy(() -> RowTable.read(notZipped))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("a whole gzip file");
  }

  @Test
  void a_gzip_file_that_was_cut_off_is_refused() throws IOException {
    Path whole = folder.resolve("whole.csv.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(whole))) {
      out.write("age\n1\n2\n".getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut.csv.gz");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 6));
    assertThatThrownBy(() -> RowTable.read(cut))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("a whole gzip file");
  }

  @Test
  void an_unknown_column_is_refused_with_the_known_ones() throws IOException {
    RowTable table = RowTable.read(file("rows.csv", "age,income\n1,2\n"));
    assertThat(table.position("income")).isEqualTo(1);
    assertThatThrownBy(() -> table.position("height"))
        .hasMessage("column: height (expected: one of age, income)");
  }
}
