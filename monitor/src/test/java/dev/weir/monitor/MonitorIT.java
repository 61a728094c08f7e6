package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.monitor.simulated.Behaviour;
import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.monitor.simulated.SimulatedMirror;
import dev.weir.monitor.simulated.SimulatedTraffic;
import dev.weir.platform.telemetry.Telemetry;
import dev.weir.platform.telemetry.TelemetryConfig;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesResponse;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.route.v1.VerdictState;
import io.opentelemetry.api.trace.Span;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole monitor with its real servers, and a registry that is not one. */
final class MonitorIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final Clock clock = Clock.system();
  private final Scheduler scheduler = Scheduler.system("monitor-it");
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private FakeRegistry registry = new FakeRegistry(0, clock, scheduler);
  private final int registryPort = registry.port();
  private RunningMonitor monitor;

  @BeforeEach
  void start() throws IOException {
    monitor =
        new RunningMonitor(
            folder.resolve("monitor"),
            registryPort,
            "--dashboard.max-listeners=1",
            "--evidence.save-interval=100ms");
  }

  @AfterEach
  void stop() {
    monitor.close();
    registry.close();
    scheduler.close();
    http.close();
  }

  @Test
  void a_bad_canary_is_reported_to_the_registry_until_it_is_rolled_back() throws Exception {
    registry.change(old -> old.toBuilder().addRollouts(rollout()).build());
    awaitRollout();
    var traffic = traffic();
    traffic.canary = Behaviour.SOUND.withErrors(1);
    send(traffic, 8);

    await()
        .atMost(PATIENCE)
        .until(() ->
            registry.verdicts().stream().anyMatch(v -> v.getState() == VerdictState.VIOLATED));
    Verdict verdict = registry.verdicts().getLast();
    assertThat(verdict.getExplanation()).contains("errors 100.0 %");
    assertThat(verdict.getExemplarTraceIdsCount()).isPositive();

    await()
        .atMost(PATIENCE)
        .until(() -> state().at("/rollouts/0/state").asText().equals("rolled back"));
    JsonNode rollout = state().at("/rollouts/0");
    assertThat(rollout.at("/harmedRequests").asLong()).isPositive();
    assertThat(rollout.at("/reason").asText()).contains("violates");
    assertThat(get("/metrics"))
        .contains(
            "weir_monitor_intake_events_total{event=\"slices\"} 8",
            "weir_monitor_guardrail_log_evidence{guardrail=\"error_rate\",rollout=\"rollout-1\"}",
            "weir_monitor_verdicts_sent_total");
  }

  @Test
  void evidence_outlives_a_restart_and_a_registry_that_is_away() throws Exception {
    registry.change(old -> old.toBuilder().addRollouts(rollout()).build());
    awaitRollout();
    var traffic = traffic();
    SimulatedTraffic.Quarter last = send(traffic, 8);
    await().atMost(PATIENCE).until(() -> report(last).getAcknowledgedSequence() == 8);
    long before = canaryRequests();
    assertThat(before).isPositive();

    monitor.close();
    registry.close();
    start();

    assertThat(canaryRequests()).isEqualTo(before);
    assertThat(report(last).getAcknowledgedSequence()).isEqualTo(8);
    assertThat(canaryRequests()).isEqualTo(before);
    send(traffic, 4);
    assertThat(canaryRequests()).isGreaterThan(before);
    await()
        .atMost(PATIENCE)
        .until(() -> get("/health").contains("\"registry\":\"degraded: the registry does not"));
    assertThat(json.readTree(get("/health")).at("/status").asText()).isEqualTo("ready");
  }

  @Test
  void traces_sent_over_otlp_are_shown() throws Exception {
    String traceId;
    try (Telemetry sender =
        Telemetry.start(
            "router",
            "router-1",
            new TelemetryConfig(
                List.of("http://127.0.0.1:" + monitor.grpcPort()),
                1,
                Duration.ofMillis(100),
                100))) {
      sender.meter().counterBuilder("weir_router_requests").build().add(5);
      Span parent = sender.tracer().spanBuilder("infer").startSpan();
      traceId = parent.getSpanContext().getTraceId();
      parent.end();
      await().atMost(PATIENCE).until(() -> status("/api/v1/traces/" + traceId) == 200);
      await()
          .atMost(PATIENCE)
          .until(() -> get("/api/v1/metrics?service=weir-router").contains("weir_router_requests"));
    }
    JsonNode trace = json.readTree(get("/api/v1/traces/" + traceId));
    assertThat(trace.at("/rows/0/name").asText()).isEqualTo("infer");
    assertThat(trace.at("/rows/0/service").asText()).isEqualTo("weir-router");
    assertThat(state().at("/fleet/services").toString()).contains("router-1");
    assertThat(status("/api/v1/traces/00000000000000000000000000000000")).isEqualTo(404);
    assertThat(status("/api/v1/traces/nonsense")).isEqualTo(400);
  }

  @Test
  void pairs_of_a_mirror_are_shown_with_their_route() throws Exception {
    registry.change(old ->
        old.toBuilder()
            .addRoutes(
                Route.newBuilder()
                    .setName(SimulatedTraffic.ROUTE)
                    .setMirror(SimulatedMirror.mirror()))
            .build());
    var mirror = new SimulatedMirror(Randomness.seeded(2));
    var intake =
        IntakeServiceGrpc.newBlockingStub(monitor.channel())
            .withWaitForReady()
            .withDeadlineAfter(PATIENCE);
    intake.reportMirrored(mirror.next("1", 1_000, clock.now().toEpochMilli()));
    assertThatThrownBy(() -> intake.reportMirrored(ReportMirroredRequest.getDefaultInstance()))
        .hasMessageContaining("router_process: \"\" (expected: 1 to 256 characters)");
    await().atMost(PATIENCE).until(() -> state().at("/routes/0/mirrors/0/pairs").asLong() == 1_000);
    JsonNode route = state().at("/routes/0");
    assertThat(route.at("/mirror").asText()).isEqualTo("employment/9");
    assertThat(route.at("/mirrors/0/primary").asText()).isEqualTo("employment/1");
    assertThat(route.at("/mirrors/0/outputs/0/rowsAgreeing").asLong()).isBetween(950L, 999L);
    assertThat(route.at("/mirrors/0/differing").size()).isEqualTo(5);
    assertThat(get("/metrics"))
        .containsPattern(
            "weir_monitor_mirror_pairs_total\\{primary=\"employment/1\",result=\"both_ok\",route=\"employment\",shadow=\"employment/9\"} 99\\d");
  }

  @Test
  void the_page_and_all_that_it_names_come_from_here() throws Exception {
    var wanted = new ArrayList<>(List.of("/"));
    for (int i = 0; i < wanted.size(); i++) {
      String path = wanted.get(i);
      assertThat(status(path)).as(path).isEqualTo(200);
      String content = get(path);
      if (path.equals("/") || path.startsWith("/js/")) {
        assertThat(content).as(path).doesNotContain("http://", "https://");
        Matcher names =
            Pattern.compile("(?:href|src)=\"([^\"#]+)\"|from '([^']+)'").matcher(content);
        while (names.find()) {
          String name = names.group(1) == null ? names.group(2) : names.group(1);
          String found = URI.create("http://h" + path).resolve(name).getPath();
          if (!wanted.contains(found)) {
            wanted.add(found);
          }
        }
      }
    }
    assertThat(wanted)
        .contains("/lib/uplot/uPlot.esm.js", "/css/theme.css", "/js/mirror.js", "/js/trace.js");
    assertThat(get("/")).contains("<title>Weir</title>");
  }

  @Test
  void the_state_is_pushed_once_a_second_to_so_many_pages() throws Exception {
    HttpResponse<InputStream> events =
        http.send(request("/api/v1/events"), HttpResponse.BodyHandlers.ofInputStream());
    try (var lines =
        new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
      for (int push = 0; push < 2; push++) {
        String line = lines.readLine();
        while (!line.startsWith("data:")) {
          line = lines.readLine();
        }
        assertThat(json.readTree(line.substring(5)).at("/instance").asText())
            .isEqualTo("monitor-1");
      }
      assertThat(status("/api/v1/events")).isEqualTo(503);
    }
  }

  private void awaitRollout() {
    await().atMost(PATIENCE).until(() -> state().at("/rollouts/0/id").asText().equals("rollout-1"));
  }

  private long canaryRequests() throws Exception {
    return state().at("/rollouts/0/verdict/canaryRequests").asLong();
  }

  private JsonNode state() throws Exception {
    // the state is made anew at most every 200 ms: ask until a later one is there
    long asked = clock.now().toEpochMilli();
    JsonNode state = json.readTree(get("/api/v1/state"));
    while (state.at("/at").asLong() < asked) {
      Thread.onSpinWait();
      state = json.readTree(get("/api/v1/state"));
    }
    return state;
  }

  private SimulatedTraffic.Quarter send(SimulatedTraffic traffic, int quarters) throws Exception {
    SimulatedTraffic.Quarter quarter = traffic.next();
    report(quarter);
    for (int i = 1; i < quarters; i++) {
      quarter = traffic.next();
      report(quarter);
    }
    return quarter;
  }

  private ReportOutcomesResponse report(SimulatedTraffic.Quarter quarter) throws Exception {
    var intake = IntakeServiceGrpc.newBlockingStub(monitor.channel()).withWaitForReady();
    intake.withDeadlineAfter(PATIENCE).reportSamples(quarter.samples());
    return intake.withDeadlineAfter(PATIENCE).reportOutcomes(quarter.outcomes());
  }

  private SimulatedTraffic traffic() {
    var traffic = new SimulatedTraffic(Randomness.seeded(1), 400);
    traffic.millis = clock.now().toEpochMilli() - 3_000;
    return traffic;
  }

  private static Rollout rollout() {
    return Rollout.newBuilder()
        .setId(SimulatedTraffic.ROLLOUT)
        .setState(RolloutState.PROGRESSING)
        .setModel(SimulatedTraffic.ROUTE)
        .setBaselineVersion("1")
        .setSpec(RolloutSpec.newBuilder().setRoute(SimulatedTraffic.ROUTE).setCanaryVersion("2"))
        .build();
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(monitor.address()).resolve(path))
        .timeout(PATIENCE)
        .build();
  }

  private String get(String path) throws Exception {
    return http.send(request(path), HttpResponse.BodyHandlers.ofString()).body();
  }

  private int status(String path) throws Exception {
    return http.send(request(path), HttpResponse.BodyHandlers.ofString()).statusCode();
  }
}
