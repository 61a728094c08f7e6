package dev.weir.monitor.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history over a real HTTP server. */
final class HistoryRoutesIT {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private HistoryUnderTest history;
  private WebServer server;

  @BeforeEach
  void start() {
    history = new HistoryUnderTest(folder);
    history.clock.advance(Duration.ofHours(12));
    for (int minute = 0; minute < 30; minute++) {
      history.take(history.now() - 60L * minute, 100, minute);
    }
    history.keeper.write();
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .addRouting(
                HttpRouting.builder()
                    .register(
                        "/api/v1/history",
                        new HistoryRoutes(history.store, HistoryConfig.defaults(), history.clock)))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.stop();
    history.close();
  }

  private record Answer(int status, JsonNode body) {}

  private Answer get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.port() + "/api/v1/history" + path))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }
  }

  @Test
  void series_come_in_steps() throws Exception {
    Answer answer = get("?route=fraud&version=1&series=outcomes&from=-600&points=10");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().get("stepSeconds").asLong()).isEqualTo(60);
    JsonNode points = answer.body().get("series").get(0).get("points");
    assertThat(points.size()).isEqualTo(10);
    assertThat(points.get(9).get("requests").asLong()).isEqualTo(100);
    assertThat(points.get(9).get("errors").asLong()).isEqualTo(1);
    assertThat(points.get(9).get("of").asText()).isEqualTo("minute");
  }

  @Test
  void the_series_there_are_are_listed() throws Exception {
    Answer answer = get("/series");
    assertThat(answer.body().findValuesAsText("kind")).containsExactly("outcomes", "latency");
  }

  @Test
  void what_is_wrong_with_a_query_is_said() throws Exception {
    Answer answer = get("?points=0");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("error").asText()).isEqualTo("points: 0 (expected: 1 to 5000)");
  }
}
