package dev.weir.loadtest.input;

import dev.weir.platform.error.InvalidValueException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Rows of numbers from a CSV file (plain or gzip), header first. Immutable.
 *
 * @param columns column names in order
 * @param rows values, each row as long as {@code columns}
 */
public record RowTable(List<String> columns, List<float[]> rows) {
  /** Rows read at most. */
  private static final int MAX_ROWS = 5_000_000;

  public RowTable {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidValueException when it cannot be read or is no table of numbers; names the line
   */
  public static RowTable read(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InvalidValueException("rows", file, "a file that can be read");
    }
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String header = reader.readLine();
      if (header == null) {
        throw new InvalidValueException("rows", file, "a CSV file with a header line");
      }
      List<String> columns = List.of(header.split(",", -1));
      var rows = new ArrayList<float[]>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (rows.size() == MAX_ROWS) {
          throw new InvalidValueException("rows", file, "at most " + MAX_ROWS + " rows");
        }
        rows.add(parse(file, rows.size() + 2, line, columns));
      }
      if (rows.isEmpty()) {
        throw new InvalidValueException("rows", file, "at least one row");
      }
      return new RowTable(columns, rows);
    } catch (ZipException | EOFException e) {
      throw new InvalidValueException("rows", file, "a whole gzip file; " + e.getMessage());
    }
  }

  private static float[] parse(Path file, int lineNumber, String line, List<String> columns) {
    String[] cells = line.split(",", -1);
    if (cells.length != columns.size()) {
      throw new InvalidValueException("row", line, columns.size() + " values, as the header has")
          .from("row", file + ":" + lineNumber);
    }
    var row = new float[cells.length];
    for (int i = 0; i < cells.length; i++) {
      try {
        row[i] = Float.parseFloat(cells[i].strip());
      } catch (NumberFormatException e) {
        throw new InvalidValueException(columns.get(i), "\"" + cells[i] + "\"", "a number")
            .from(columns.get(i), file + ":" + lineNumber);
      }
    }
    return row;
  }

  /** Positions of columns by name. */
  public int[] positions(List<String> names) {
    return names.stream().mapToInt(this::position).toArray();
  }

  /** Position of a column. */
  public int position(String name) {
    int position = columns.indexOf(name);
    if (position < 0) {
      throw new InvalidValueException("column", name, "one of " + String.join(", ", columns));
    }
    return position;
  }
}
