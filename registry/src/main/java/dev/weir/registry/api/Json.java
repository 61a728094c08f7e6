package dev.weir.registry.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.weir.platform.error.InvalidValueException;
import java.util.Collection;

/** Messages as JSON in protobuf's own mapping: names in camel case, 64-bit numbers as texts. */
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().alwaysPrintFieldsWithNoPresence();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser();

  private Json() {}

  static JsonNode of(MessageOrBuilder message) {
    try {
      return MAPPER.readTree(PRINTER.print(message));
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw new IllegalStateException("not printable: " + message.getDescriptorForType(), e);
    }
  }

  /** An object with one list in it. */
  static ObjectNode list(String name, Collection<? extends MessageOrBuilder> messages) {
    ObjectNode object = object();
    ArrayNode items = object.putArray(name);
    messages.forEach(message -> items.add(of(message)));
    return object;
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not serialisable: " + node, e);
    }
  }

  /**
   * Reads a message.
   *
   * @throws InvalidValueException when the text is no JSON of that message
   */
  static void read(String text, Message.Builder builder) {
    try {
      PARSER.merge(text.isBlank() ? "{}" : text, builder);
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidValueException(
          "body",
          text,
          "JSON of " + builder.getDescriptorForType().getFullName() + "; " + e.getMessage());
    }
  }

  /**
   * Reads one text of an object; empty when it is not there.
   *
   * @throws InvalidValueException when the text is no JSON object, or has other fields
   */
  static String field(String text, String name) {
    JsonNode root;
    try {
      root = text.isBlank() ? object() : MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidValueException("body", text, "a JSON object; " + e.getOriginalMessage());
    }
    if (!root.isObject()) {
      throw new InvalidValueException("body", text, "a JSON object");
    }
    root.fieldNames()
        .forEachRemaining(field -> {
          if (!field.equals(name)) {
            throw new InvalidValueException("body." + field, root.get(field), "only " + name);
          }
        });
    JsonNode value = root.path(name);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw new InvalidValueException("body." + name, value, "a text");
    }
    return value.asText("");
  }
}
