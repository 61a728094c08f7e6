package dev.weir.monitor.intake;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** OTLP attributes and ids as text, cut to their bounds. */
final class OtlpAttributes {
  private static final int MAX_ATTRIBUTES = 32;
  private static final int MAX_LENGTH = 256;
  private static final HexFormat HEX = HexFormat.of();

  private OtlpAttributes() {}

  static Map<String, String> of(List<KeyValue> attributes) {
    var texts = new LinkedHashMap<String, String>();
    for (KeyValue attribute : attributes) {
      if (texts.size() == MAX_ATTRIBUTES) {
        break;
      }
      texts.put(cut(attribute.getKey()), cut(text(attribute.getValue())));
    }
    return texts;
  }

  static String valueOf(List<KeyValue> attributes, String key) {
    for (KeyValue attribute : attributes) {
      if (attribute.getKey().equals(key)) {
        return cut(text(attribute.getValue()));
      }
    }
    return "";
  }

  static String hex(ByteString id) {
    return HEX.formatHex(id.toByteArray());
  }

  static String cut(String text) {
    return cut(text, MAX_LENGTH);
  }

  /** A value as text, cut to a length. */
  static String text(AnyValue value, int maxLength) {
    return cut(text(value), maxLength);
  }

  private static String cut(String text, int maxLength) {
    return text.length() <= maxLength ? text : text.substring(0, maxLength);
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case INT_VALUE -> Long.toString(value.getIntValue());
      case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
      case BYTES_VALUE -> hex(value.getBytesValue());
      // lists and maps are not shown by name; their text says what they are
      default -> value.toString().strip();
    };
  }
}
