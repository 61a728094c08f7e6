package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportFeedbackRequest;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import dev.weir.proto.route.v1.GuardrailEvidence;
import dev.weir.proto.route.v1.Verdict;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two monitors in processes of their own and a real Kafka. A router and a worker send to either of
 * them; each of two routes has one owner, and what the owner says in the end is, bit for bit, what
 * a monitor that works alone says of the same reports.
 */
final class ScaleOutIT {
  private static final long SEED = Long.getLong("weir.seed", 20_261_125L);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Scheduler scheduler = Scheduler.system("scale-out-it");
  private final FakeRegistry registry = new FakeRegistry(0, Clock.system(), scheduler);
  private final List<MonitorProcess> monitors = new ArrayList<>();
  private final RandomGenerator random = Randomness.seeded(SEED);
  private final List<OutcomeSlice> unacknowledged = new ArrayList<>();
  private final MonitorAlone alone = new MonitorAlone();
  private KafkaProcess kafka;

  @BeforeEach
  void start() throws Exception {
    System.out.println("scale out: seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    kafka = new KafkaProcess(Files.createDirectory(folder.resolve("kafka")));
    kafka.start();
    registry.change(old -> MonitorAlone.snapshot());
    for (int i = 0; i < 2; i++) {
      var monitor =
          new MonitorProcess(
              folder.resolve("monitor-" + i),
              List.of(
                  "--instance=monitor-" + i,
                  "--registry=127.0.0.1:" + registry.port(),
                  "--kafka.bootstrap=" + kafka.bootstrap(),
                  "--kafka.share=" + i + "/2",
                  "--kafka.partitions=4",
                  "--kafka.timeout=1s",
                  "--evidence.save-interval=200ms"));
      monitors.add(monitor);
      monitor.launch();
    }
    for (MonitorProcess monitor : monitors) {
      monitor.awaitReady();
    }
    scheduler.every(Duration.ofSeconds(1), registry::signOfLife);
  }

  @AfterEach
  void stop() throws Exception {
    for (MonitorProcess monitor : monitors) {
      monitor.close();
    }
    kafka.close();
    registry.close();
    scheduler.close();
  }

  @Test
  void two_monitors_say_what_one_says_whoever_is_killed() throws Exception {
    assertThat(owner("fraud")).isNotEqualTo(owner("churn"));
    var mesh = new TwoRoutes(SEED);
    send(mesh, 10);
    assertSaysWhatOneSays("before anything is killed");

    for (int kill = 0; kill < 3; kill++) {
      MonitorProcess victim = monitors.get(kill % 2);
      send(mesh, 2 + random.nextInt(3));
      victim.kill();
      send(mesh, 1 + random.nextInt(3));
      victim.start();
      send(mesh, 1);
    }
    assertSaysWhatOneSays("after monitors were killed");

    kafka.kill();
    TwoRoutes.Second kept = mesh.next();
    assertThat(tryOnce(kept)).as("taken while Kafka is away").isFalse();
    await().atMost(PATIENCE).until(() -> health(0).contains("reports are refused"));
    kafka.start();
    sendUntilTaken(kept);
    send(mesh, 5);
    assertSaysWhatOneSays("after Kafka was killed");

    for (String route : TwoRoutes.ROUTES) {
      assertThat(registry.monitorsOf(TwoRoutes.rolloutOf(route)))
          .isEqualTo(Set.of("monitor-" + owner(route)));
    }
    for (int i = 0; i < 2; i++) {
      assertThat(get(i, "/metrics"))
          .contains("weir_monitor_intake_events_total{event=\"slices_missing\"} 0")
          .contains("weir_monitor_log_records_total{event=\"unreadable\",topic=\"samples\"} 0");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(health(0)).contains("\"kafka\":\"ready\""));
    }
  }

  private static int owner(String route) {
    return new Ownership(Share.WHOLE, 4).partitionOf(route) % 2;
  }

  private void send(TwoRoutes mesh, int seconds) {
    for (int i = 0; i < seconds; i++) {
      sendUntilTaken(mesh.next());
    }
  }

  /** Sends to one of the monitors, to the other when that does not take it, until one does. */
  private void sendUntilTaken(TwoRoutes.Second second) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> tryOnce(second));
    alone.take(second);
  }

  private boolean tryOnce(TwoRoutes.Second second) {
    var to = monitors.get(random.nextInt(monitors.size())).intakeIfRunning();
    if (to.isEmpty()) {
      return false;
    }
    try {
      second.slices().stream()
          .filter(slice -> !unacknowledged.contains(slice))
          .forEach(unacknowledged::add);
      long acknowledged = to.get().reportOutcomes(report(unacknowledged)).getAcknowledgedSequence();
      to.get().reportSamples(second.samples());
      to.get()
          .reportFeedback(
              ReportFeedbackRequest.newBuilder().addAllFeedback(second.labels()).build());
      unacknowledged.removeIf(slice -> slice.getSequence() <= acknowledged);
      return unacknowledged.isEmpty();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private static ReportOutcomesRequest report(List<OutcomeSlice> slices) {
    return ReportOutcomesRequest.newBuilder()
        .setRouterProcess("router-1/a")
        .addAllSlices(slices)
        .build();
  }

  private void assertSaysWhatOneSays(String when) {
    for (String route : TwoRoutes.ROUTES) {
      List<GuardrailEvidence> expected = alone.evidence(route);
      assertThat(expected).hasSize(4).allMatch(evidence -> evidence.getCanaryUnits() > 100);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(said(route)).as(route + " " + when).isEqualTo(expected));
    }
  }

  private List<GuardrailEvidence> said(String route) {
    return registry.verdicts().reversed().stream()
        .filter(verdict -> verdict.getRolloutId().equals(TwoRoutes.rolloutOf(route)))
        .findFirst()
        .map(Verdict::getGuardrailsList)
        .orElse(List.of());
  }

  private String health(int monitor) throws IOException, InterruptedException {
    return get(monitor, "/health");
  }

  private String get(int monitor, String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + monitors.get(monitor).httpPort() + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
