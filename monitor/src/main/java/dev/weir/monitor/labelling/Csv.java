package dev.weir.monitor.labelling;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Comma-separated values as RFC 4180 has them. Text that a spreadsheet would take for a formula
 * gets an apostrophe before it, which is taken off again when it comes back. Pure.
 */
final class Csv {
  private static final Pattern FORMULA = Pattern.compile("[=+@\\t\\r-].*", Pattern.DOTALL);
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?", Pattern.DOTALL);

  private Csv() {}

  /** One line with its end. */
  static String line(List<String> fields) {
    return String.join(",", fields.stream().map(Csv::field).toList()) + "\r\n";
  }

  private static String field(String text) {
    boolean formula = FORMULA.matcher(text).matches() && !NUMBER.matcher(text).matches();
    String safe = formula ? "'" + text : text;
    boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
  }

  /** All lines; a quote that is not closed ends with the text. */
  static List<List<String>> read(String text) {
    var lines = new ArrayList<List<String>>();
    List<String> line = new ArrayList<>();
    var field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c != '"') {
          field.append(c);
        } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
          field.append(c);
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"' && field.isEmpty()) {
        quoted = true;
      } else if (c == ',' || c == '\n') {
        line.add(taken(field));
        if (c == '\n') {
          lines.add(line);
          line = new ArrayList<>();
        }
      } else if (c != '\r') {
        field.append(c);
      }
    }
    if (!field.isEmpty() || !line.isEmpty()) {
      line.add(taken(field));
      lines.add(line);
    }
    return lines;
  }

  private static String taken(StringBuilder field) {
    String text = field.toString();
    field.setLength(0);
    boolean guarded = text.startsWith("'") && FORMULA.matcher(text.substring(1)).matches();
    return guarded ? text.substring(1) : text;
  }
}
