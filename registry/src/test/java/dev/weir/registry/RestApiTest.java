package dev.weir.registry;

import static dev.weir.registry.RegistryFixture.route;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.platform.http.HttpListenConfig;
import dev.weir.platform.http.HttpServer;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.proto.worker.v1.VersionState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP door, over a loopback socket. */
final class RestApiTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private RegistryFixture registry;
  private Telemetry telemetry;
  private HttpServer server;
  private HttpClient client;

  @BeforeEach
  void open() throws IOException {
    registry = new RegistryFixture(folder);
    telemetry = Telemetry.start("registry", "test", TelemetryConfig.defaults());
    server =
        HttpServer.start(
            "http",
            HttpListenConfig.onLoopback(0),
            registry.readiness,
            telemetry,
            registry.parts.rest());
    client = HttpClient.newHttpClient();
    registry.push("1");
    registry.push("2");
    var unused = registry.put(route("1"));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    telemetry.close();
    registry.close();
  }

  private record Answer(int status, JsonNode json) {}

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.port() + "/api/v1" + path));
  }

  private Answer get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  private Answer post(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("content-type", "application/json")
            .header("weir-actor", "ada")
            .POST(BodyPublishers.ofString(body)));
  }

  private static void assertError(Answer answer, int status, String code, String message) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo(code);
    assertThat(answer.json().at("/error/message").asText()).contains(message);
  }

  @Test
  void everything_can_be_read() throws Exception {
    registry.report("worker-1", "1", VersionState.AVAILABLE);
    assertThat(get("/models").json().toString())
        .isEqualTo("{\"models\":[{\"name\":\"fraud\",\"versions\":[\"1\",\"2\"],\"aliases\":{}}]}");
    assertThat(get("/models/fraud/versions").json().at("/versions/1/version").asText())
        .isEqualTo("2");
    assertThat(get("/routes").json().at("/routes/0/variants/0/weightBasisPoints").asInt())
        .isEqualTo(10_000);
    assertThat(get("/workers").json().at("/workers/0/instance").asText()).isEqualTo("worker-1");
    assertThat(get("/snapshot").json().at("/revision").asLong())
        .isEqualTo(registry.newest().getRevision());
    assertThat(get("/audit?after=1&limit=1").json().at("/entries/0/sequence").asText())
        .isEqualTo("2");
    assertThat(get("/rollouts").json().toString()).isEqualTo("{\"rollouts\":[]}");
  }

  @Test
  void a_rollout_is_started_and_aborted() throws Exception {
    Answer started =
        post(
            "/rollouts",
            """
            {"route": "fraud", "canaryVersion": "2",
             "steps": [{"canaryBasisPoints": 500, "minDuration": "5s"},
                       {"canaryBasisPoints": 10000}]}
            """);
    assertThat(started.status()).isEqualTo(200);
    assertThat(started.json().at("/createdBy").asText()).isEqualTo("ada");
    String path = "/rollouts/" + started.json().at("/id").asText();
    assertThat(get(path).json().at("/state").asText()).isEqualTo("PREPARING");
    assertError(
        post(path + "/resume", ""), 409, "FAILED_PRECONDITION", "RESUME in state PREPARING");
    Answer aborted = post(path + "/abort", "{\"reason\": \"lunch\"}");
    assertThat(aborted.json().at("/reason").asText()).isEqualTo("aborted by ada: lunch");
  }

  @Test
  void mistakes_are_answered_as_json_that_says_what_is_wrong() throws Exception {
    assertError(get("/models/nope/versions"), 404, "NOT_FOUND", "model nope has no versions");
    assertError(get("/rollouts/nope"), 404, "NOT_FOUND", "rollout nope does not exist");
    assertError(get("/nope"), 404, "NOT_FOUND", "GET /api/v1/nope is not offered");
    assertError(
        get("/audit?limit=x"),
        400,
        "INVALID_ARGUMENT",
        "limit: x (expected: a number), from GET /api/v1/audit");
    assertError(get("/audit?limit=1001"), 400, "INVALID_ARGUMENT", "(expected: 0 to 1000)");
    assertError(
        post("/rollouts", "{\"rout\": 1}"), 400, "INVALID_ARGUMENT", "JSON of weir.route.v1");
    assertError(post("/rollouts", "nonsense"), 400, "INVALID_ARGUMENT", "body: nonsense");
    assertError(
        post("/rollouts/x/explode", ""),
        400,
        "INVALID_ARGUMENT",
        "command: explode (expected: pause, resume, promote or abort)");
    assertError(post("/rollouts/x/abort", "{\"why\": 1}"), 400, "INVALID_ARGUMENT", "body.why: 1");
    assertError(
        post("/rollouts", "{\"route\": \"nope\", \"canaryVersion\": \"2\"}"),
        404,
        "NOT_FOUND",
        "route nope does not exist; routes: fraud");
  }

  @Test
  void what_a_web_page_could_send_unasked_is_refused() throws Exception {
    assertError(
        send(
            request("/rollouts")
                .header("content-type", "text/plain")
                .POST(BodyPublishers.ofString("{\"route\": \"fraud\", \"canaryVersion\": \"2\"}"))),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "content-type must be application/json");
  }
}
