package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.monitor.inspect.Samples;
import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.MonitoringPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a policy lets be kept and published, and what is forgotten, by the real doors. */
final class PrivacyIT {
  private static final Pattern KEPT = Pattern.compile("\"requestId\":\"(request-\\d+)\"");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String JSON = "application/json";

  @TempDir private Path folder;
  private final Clock clock = Clock.system();
  private final Scheduler scheduler = Scheduler.system("privacy-it");
  private final FakeRegistry registry = new FakeRegistry(0, clock, scheduler);
  private RunningMonitor monitor;

  @BeforeEach
  void start() throws IOException {
    policy(MonitoringPolicy.newBuilder().setKeepSamples(true).setPrivacyEpsilon(0.5));
    monitor = new RunningMonitor(folder.resolve("monitor"), registry.port());
  }

  private void policy(MonitoringPolicy.Builder policy) {
    registry.change(old -> {
      List<ModelVersion> versions =
          Samples.snapshot().getVersionsList().stream()
              .map(version -> version.toBuilder().setMonitoring(policy).build())
              .toList();
      return old.toBuilder().clearVersions().addAllVersions(versions).build();
    });
  }

  @AfterEach
  void stop() {
    monitor.close();
    registry.close();
    scheduler.close();
  }

  private void report(String id) {
    monitor.report(Samples.sample(id, "1", clock.now(), 30, 1, "yes"));
  }

  private List<String> kept() throws IOException, InterruptedException {
    return KEPT.matcher(monitor.get("samples?model=m&version=1").body())
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void a_sample_is_kept_erased_and_gone_when_the_policy_is_switched_off() throws Exception {
    List<String> kept = List.of();
    for (int sent = 0; sent < 60 && kept.size() < 3; sent++) {
      // What comes before a worker's first whole slice is not used.
      report("request-" + sent);
      await().pollDelay(Duration.ofMillis(250)).until(() -> true);
      kept = kept();
    }
    assertThat(kept).hasSizeGreaterThanOrEqualTo(3);
    assertThat(monitor.get("samples?limit=1").body()).contains("\"inputs\":[{", "\"more\":true");

    String erased = kept.get(1);
    String order = "{\"by\": \"ada\", \"request_ids\": [\"" + erased + "\"]}";
    assertThat(monitor.post("erase", JSON, order).body())
        .contains("\"samples\":1", "\"rollouts\":0", "\"traces\":0");
    assertThat(kept()).doesNotContain(erased).contains(kept.get(0), kept.get(2));

    try (Stream<Path> files = Files.list(folder.resolve("monitor"))) {
      assertThat(files.filter(file -> file.toString().contains(".db")).toList())
          .anySatisfy(file -> assertThat(file.toString()).endsWith("samples.db"))
          .filteredOn(file -> !file.toString().contains("history"))
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
    policy(MonitoringPolicy.newBuilder());
    await().atMost(PATIENCE).until(() -> kept().isEmpty());
    report("request-99");
    assertThat(kept()).isEmpty();
  }

  @Test
  void a_day_is_published_when_it_is_over_and_its_budget_is_shown() throws Exception {
    LocalDate today = LocalDate.ofInstant(clock.now(), ZoneOffset.UTC);
    await()
        .atMost(PATIENCE)
        .until(() -> monitor.get("published?model=m").body().contains("\"left\":0.5"));
    assertThat(monitor.get("published?day=" + today).body())
        .contains("\"spent\":0.0", "\"classes\"", "\"feature:age\"", "\"hours\"");
    String order =
        "{\"by\": \"ada\", \"model\": \"m\", \"day\": \"%s\", \"statistic\": \"classes\", \"epsilon\": %s}";
    assertThat(monitor.post("published", JSON, order.formatted(today, "0.1")).body())
        .contains("(expected: one that ended 60 minutes ago or longer, UTC)");
    assertThat(
            monitor
                .post("published", JSON, order.formatted(today.minusDays(9), "0.1"))
                .statusCode())
        .isEqualTo(404);
    assertThat(monitor.post("published", JSON, order.formatted("yesterday", "0.1")).body())
        .contains("day: \\\"yesterday\\\" (expected: a day like 2026-11-24)");
    assertThat(monitor.post("published", JSON, order.formatted(today, "\"much\"")).body())
        .contains("(expected: a number, 0.000001 to 1000)");
    assertThat(monitor.post("published", "text/plain", "").statusCode()).isEqualTo(415);
  }

  @Test
  void what_is_asked_wrongly_is_refused_by_name() throws Exception {
    assertThat(monitor.get("samples?limit=0").body()).contains("limit: 0 (expected: 1 to 1000)");
    assertThat(monitor.post("erase", JSON, "{\"by\": \"ada\", \"trace_ids\": [\"x\"]}").body())
        .contains("trace_ids: x (expected: 32 hexadecimal digits, lower case)");
  }
}
