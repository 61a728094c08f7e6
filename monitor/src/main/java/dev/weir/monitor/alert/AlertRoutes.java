package dev.weir.monitor.alert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.http.JsonBody;
import dev.weir.platform.time.Clock;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /api/v1/alerts}, {@code POST /api/v1/alerts/{id}/acknowledgement}, {@code GET} and
 * {@code POST /api/v1/silences}, {@code DELETE /api/v1/silences/{id}}.
 */
public final class AlertRoutes {
  private final AlertBook book;
  private final Clock clock;

  /** Shows and changes a book. */
  public AlertRoutes(AlertBook book, Clock clock) {
    this.book = book;
    this.clock = clock;
  }

  /** Adds them. */
  public void addTo(HttpRouting.Builder routes) {
    routes
        .get("/api/v1/alerts", this::list)
        .post("/api/v1/alerts/{id}/acknowledgement", this::acknowledge)
        .get(
            "/api/v1/silences",
            (request, response) ->
                HttpServer.send(
                    response, Status.OK_200, book.silences().stream().map(AlertJson::of).toList()))
        .post("/api/v1/silences", this::silence)
        .delete("/api/v1/silences/{id}", this::endSilence);
  }

  private void list(ServerRequest request, ServerResponse response) {
    HttpServer.send(
        response,
        Status.OK_200,
        book.list().stream()
            .map(listed -> {
              var json = new LinkedHashMap<>(AlertJson.of(listed.alert()));
              json.put("silenced", listed.silenced());
              return json;
            })
            .toList());
  }

  private void acknowledge(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    JsonBody.take(
        request,
        response,
        body -> {
          String by = body.path("by").asText().strip();
          if (by.isEmpty() || by.length() > 128) {
            throw new InvalidValueException("by", cut(by), "who, 1 to 128 characters");
          }
          Optional<Alert> alert = book.acknowledge(id, by, cut(body.path("comment").asText()));
          if (alert.isPresent()) {
            HttpServer.send(response, Status.OK_200, AlertJson.of(alert.get()));
          } else {
            HttpServer.send(
                response,
                Status.NOT_FOUND_404,
                Map.of("error", "alert " + cut(id) + " is not there, or is over"));
          }
        });
  }

  private void silence(ServerRequest request, ServerResponse response) {
    JsonBody.take(
        request,
        response,
        body -> {
          var matchers = new HashMap<String, String>();
          body.path("matchers")
              .properties()
              .forEach(entry -> matchers.put(entry.getKey(), entry.getValue().asText()));
          Silence silence =
              book.silence(
                  matchers, until(body), body.path("by").asText(), body.path("comment").asText());
          HttpServer.send(response, Status.CREATED_201, AlertJson.of(silence));
        });
  }

  private Instant until(JsonNode body) {
    String duration = body.path("duration").asText();
    try {
      return clock.now().plus(Duration.parse(duration));
    } catch (DateTimeException | ArithmeticException e) {
      throw new InvalidValueException("duration", cut(duration), "an ISO-8601 duration like PT2H");
    }
  }

  private void endSilence(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    if (book.endSilence(id)) {
      response.status(Status.NO_CONTENT_204).send();
    } else {
      HttpServer.send(
          response, Status.NOT_FOUND_404, Map.of("error", "silence " + cut(id) + " is not there"));
    }
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(256, text.length()));
  }
}
