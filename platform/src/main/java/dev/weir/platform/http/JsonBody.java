package dev.weir.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.error.InvalidValueException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** The body of an order: one JSON object. */
public final class JsonBody {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAX_BODY = 1 << 20;
  private static final int MAX_TEXT = 256;

  private JsonBody() {}

  /**
   * Reads an order and carries it out, or answers what is wrong with it.
   *
   * @param order may throw an {@link InvalidValueException}, which is answered with status 400
   */
  public static void take(
      ServerRequest request, ServerResponse response, Consumer<JsonNode> order) {
    // A page of another site can only send what needs no leave of ours: never this type.
    boolean json =
        request
            .headers()
            .contentType()
            .map(type -> type.text().startsWith("application/json"))
            .orElse(false);
    if (!json) {
      HttpServer.send(
          response,
          Status.UNSUPPORTED_MEDIA_TYPE_415,
          Map.of("error", "content-type: another (expected: application/json)"));
      return;
    }
    try {
      order.accept(read(request));
    } catch (InvalidValueException e) {
      HttpServer.send(
          response, Status.BAD_REQUEST_400, Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  private static JsonNode read(ServerRequest request) {
    try {
      byte[] bytes = request.content().inputStream().readNBytes(MAX_BODY + 1);
      if (bytes.length > MAX_BODY) {
        throw new InvalidValueException("body", "longer", "at most " + MAX_BODY + " bytes");
      }
      JsonNode body = JSON.readTree(bytes);
      if (!body.isObject()) {
        throw new InvalidValueException("body", "no object", "a JSON object");
      }
      return body;
    } catch (JsonProcessingException e) {
      throw new InvalidValueException("body", "no JSON", "a JSON object");
    } catch (IOException e) {
      throw new InvalidValueException("body", "cut off", "a JSON object");
    }
  }

  /** A text of 1 to 256 characters. */
  public static String text(String name, String text) {
    if (text.isBlank() || text.length() > MAX_TEXT) {
      String shown = text.substring(0, Math.min(MAX_TEXT, text.length())).strip();
      throw new InvalidValueException(name, shown, "1 to " + MAX_TEXT + " characters");
    }
    return text;
  }
}
