package dev.weir.monitor.labelling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.proto.monitor.v1.Feedback;
import java.util.ArrayList;
import java.util.List;

/** Labels out of JSON or CSV. Pure. */
final class LabelReader {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAX_TEXT = 256;
  private static final int MAX_ROWS = 1_024;

  private LabelReader() {}

  /**
   * Reads {@code [{"request_id": "...", "true_classes": ["..."], "true_values": [1.5]}, ...]}.
   *
   * @throws InvalidValueException naming the field that is wrong
   */
  static List<Feedback> json(byte[] body, int maxLabels) {
    JsonNode all;
    try {
      all = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new InvalidValueException("body", "no JSON", "a JSON array of labels");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException("memory cannot fail", e);
    }
    if (!all.isArray()) {
      throw new InvalidValueException("body", "no array", "a JSON array of labels");
    }
    check("labels", all.size(), maxLabels);
    var labels = new ArrayList<Feedback>();
    for (JsonNode each : all) {
      var label = Feedback.newBuilder().setRequestId(id(each.path("request_id").asText()));
      check("true_classes", each.path("true_classes").size(), MAX_ROWS);
      check("true_values", each.path("true_values").size(), MAX_ROWS);
      each.path("true_classes").forEach(name -> label.addTrueClasses(text(name.asText())));
      each.path("true_values").forEach(value -> label.addTrueValues(number(value.asText())));
      labels.add(complete(label));
    }
    return labels;
  }

  /**
   * Reads lines with a head that has {@code request_id} and {@code true_class} or {@code
   * true_value}; other columns, and lines without either, are passed over, so that the queue's own
   * file can be filled in and sent back.
   *
   * @throws InvalidValueException naming the field that is wrong
   */
  static List<Feedback> csv(String body, int maxLabels) {
    List<List<String>> lines = Csv.read(body);
    if (lines.isEmpty()) {
      throw new InvalidValueException("body", "", "CSV with a head");
    }
    check("labels", lines.size() - 1, maxLabels);
    int id = lines.getFirst().indexOf("request_id");
    int trueClass = lines.getFirst().indexOf("true_class");
    int trueValue = lines.getFirst().indexOf("true_value");
    if (id < 0 || (trueClass < 0 && trueValue < 0)) {
      throw new InvalidValueException(
          "head",
          cut(String.join(",", lines.getFirst())),
          "request_id, and true_class or true_value");
    }
    var labels = new ArrayList<Feedback>();
    for (List<String> line : lines.subList(1, lines.size())) {
      String name = at(line, trueClass);
      String value = at(line, trueValue);
      if (!name.isEmpty() || !value.isEmpty()) {
        var label = Feedback.newBuilder().setRequestId(id(at(line, id)));
        if (!name.isEmpty()) {
          label.addTrueClasses(text(name));
        }
        if (!value.isEmpty()) {
          label.addTrueValues(number(value));
        }
        labels.add(label.build());
      }
    }
    return labels;
  }

  private static String at(List<String> line, int column) {
    return column >= 0 && column < line.size() ? line.get(column).strip() : "";
  }

  private static Feedback complete(Feedback.Builder label) {
    if (label.getTrueClassesCount() + label.getTrueValuesCount() == 0) {
      throw new InvalidValueException(
          "true_classes", "[]", "at least one class, or one number in true_values");
    }
    return label.build();
  }

  private static void check(String name, int count, int max) {
    if (count > max) {
      throw new InvalidValueException(name, count, "at most " + max);
    }
  }

  private static String id(String text) {
    if (text.isBlank() || text.length() > MAX_TEXT) {
      throw new InvalidValueException("request_id", cut(text), "1 to 256 characters");
    }
    return text;
  }

  private static String text(String text) {
    if (text.length() > MAX_TEXT) {
      throw new InvalidValueException("true_class", cut(text), "at most 256 characters");
    }
    return text;
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(64, text.length()));
  }

  private static double number(String text) {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      throw new InvalidValueException("true_value", cut(text), "a finite number");
    }
    throw new InvalidValueException("true_value", cut(text), "a finite number");
  }
}
