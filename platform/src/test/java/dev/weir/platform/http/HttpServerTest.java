package dev.weir.platform.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class HttpServerTest {
  /** A line of Prometheus' text format 0.0.4. */
  private static final Pattern LINE =
      Pattern.compile(
          "# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*"
              + "|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"]*\""
              + "(,[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"]*\")*\\})? [-+0-9.eEINFaN]+");

  private final Readiness readiness = new Readiness();
  private final Telemetry telemetry =
      Telemetry.start("router", "router-1", TelemetryConfig.defaults());
  private final HttpServer server =
      HttpServer.start(
          "router http",
          new HttpListenConfig("127.0.0.1", 0, 16),
          readiness,
          telemetry,
          routes ->
              routes
                  .post(
                      "/echo",
                      (request, response) -> response.send(request.content().as(String.class)))
                  .post(
                      "/order",
                      (request, response) ->
                          JsonBody.take(
                              request,
                              response,
                              body ->
                                  response.send(JsonBody.text("by", body.path("by").asText())))));
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    client.close();
    server.close();
    telemetry.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  @Test
  void health_is_503_until_every_part_is_ready_and_says_why() throws Exception {
    readiness.ready("discovery");
    readiness.notReady("registry", "no \"snapshot\" yet");
    HttpResponse<String> before = send(to("/health"));
    assertThat(before.statusCode()).isEqualTo(503);
    assertThat(before.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(before.body())
        .isEqualTo(
            "{\"status\":\"not ready\",\"parts\":{\"discovery\":\"ready\","
                + "\"registry\":\"not ready: no \\\"snapshot\\\" yet\"}}");
    readiness.degraded("registry", "old snapshot");
    HttpResponse<String> after = send(to("/health"));
    assertThat(after.statusCode()).isEqualTo(200);
    assertThat(after.body())
        .isEqualTo(
            "{\"status\":\"ready\",\"parts\":{\"discovery\":\"ready\","
                + "\"registry\":\"degraded: old snapshot\"}}");
  }

  @Test
  void a_process_that_is_not_ready_is_live() throws Exception {
    readiness.notReady("registry", "away");
    HttpResponse<String> live = send(to("/health/live"));
    assertThat(live.statusCode()).isEqualTo(200);
    assertThat(live.body()).isEqualTo("{\"status\":\"live\"}");
  }

  @Test
  void metrics_are_in_prometheus_text_format() throws Exception {
    telemetry.meter().counterBuilder("weir_router_requests").build().add(3);
    HttpResponse<String> metrics = send(to("/metrics"));
    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(metrics.body().lines()).isNotEmpty().allMatch(LINE.asMatchPredicate());
    assertThat(metrics.body()).contains("weir_router_requests_total 3.0");
  }

  @Test
  void routes_of_the_service_are_served_within_the_body_limit() throws Exception {
    assertThat(send(to("/echo").POST(BodyPublishers.ofString("sixteen bytes ok"))).body())
        .isEqualTo("sixteen bytes ok");
    assertThat(send(to("/echo").POST(BodyPublishers.ofString("seventeen bytes.."))).statusCode())
        .isEqualTo(413);
    assertThat(send(to("/nowhere")).statusCode()).isEqualTo(404);
  }

  @Test
  void a_taken_port_is_said_with_what_to_do() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() ->
              HttpServer.start(
                  "router http",
                  HttpListenConfig.onLoopback(port),
                  readiness,
                  telemetry,
                  routes -> {}))
          .isInstanceOf(StartFailure.class)
          .hasMessage(
              "router http: 127.0.0.1:%d cannot be bound (Address already in use); stop what"
                  + " listens there, or give another port (0: any free one)",
              port);
    }
  }

  private HttpResponse<String> order(String type, String body) throws Exception {
    return send(to("/order").header("Content-Type", type).POST(BodyPublishers.ofString(body)));
  }

  @Test
  void an_order_is_one_json_object_and_what_is_wrong_with_it_is_said() throws Exception {
    assertThat(order("application/json", "{\"by\": \"ada\"}").body()).isEqualTo("ada");
    assertThat(order("application/json; charset=utf-8", "{\"by\": \"ada\"}").statusCode())
        .isEqualTo(200);
    assertThat(order("text/plain", "{\"by\": \"ada\"}").statusCode()).isEqualTo(415);
    assertThat(order("application/json", "{\"by\": \"\"}"))
        .returns(400, HttpResponse::statusCode)
        .returns("{\"error\":\"by:  (expected: 1 to 256 characters)\"}", HttpResponse::body);
    assertThat(order("application/json", "[]").body()).contains("no object");
    assertThat(order("application/json", "{").body()).contains("no JSON");
    assertThat(order("application/json", "").statusCode()).isEqualTo(400);
    assertThat(order("application/json", " ".repeat((1 << 20) + 1)).statusCode()).isEqualTo(413);
  }
}
