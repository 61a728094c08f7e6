package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.monitor.inspect.Samples;
import dev.weir.monitor.simulated.FakeRegistry;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a worker's sample to the queue, to its label, to what is forgotten, by the real doors. */
final class LabelLoopIT {
  private static final Pattern QUEUED = Pattern.compile("\"(request-\\d+)\"");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Clock clock = Clock.system();
  private final Scheduler scheduler = Scheduler.system("label-loop-it");
  private final FakeRegistry registry = new FakeRegistry(0, clock, scheduler);
  private RunningMonitor monitor;

  @BeforeEach
  void start() throws IOException {
    registry.change(
        old -> old.toBuilder().addAllVersions(Samples.snapshot().getVersionsList()).build());
    monitor = new RunningMonitor(folder.resolve("monitor"), registry.port());
  }

  @AfterEach
  void stop() {
    monitor.close();
    registry.close();
    scheduler.close();
  }

  private void report(String id, double age) {
    monitor.report(
        Samples.sample(id, "1", clock.now(), age, 1, "yes")
            .addProbabilities(0.6f)
            .addProbabilities(0.4f));
  }

  @Test
  void a_doubtful_prediction_is_queued_labelled_and_forgotten() throws Exception {
    List<String> queued = List.of();
    for (int sent = 0; sent < 40 && queued.size() < 2; sent++) {
      // What comes before a worker's first whole slice is not used: which ones depends on the
      // clock.
      report("request-" + sent, 99);
      await().pollDelay(Duration.ofMillis(250)).until(() -> true);
      queued = queued();
    }
    assertThat(queued).hasSizeGreaterThanOrEqualTo(2);
    String labelled = queued.get(0);
    String erased = queued.get(1);
    assertThat(monitor.get("labelling?route=r").body()).contains("\"unusual\":[\"age\"]");
    String file = monitor.get("labelling?format=csv").body();
    assertThat(file).startsWith("request_id,route,").contains(labelled + ",r,m,1,yes,");

    String filled = "request_id,true_class\r\n" + labelled + ",no\r\n";
    assertThat(monitor.post("labels", "text/csv", filled).body())
        .isEqualTo("{\"joined\":1,\"pending\":0}");
    await().atMost(PATIENCE).until(() -> !queued().contains(labelled));
    assertThat(monitor.get("why?route=r&version=1").body()).contains("\"slices\":[]");

    String order = "{\"by\": \"ada\", \"request_ids\": [\"" + erased + "\"]}";
    assertThat(monitor.post("erase", "application/json", order).body()).contains("\"labels\":1");
    assertThat(queued()).doesNotContain(erased);
  }

  private List<String> queued() throws IOException, InterruptedException {
    return QUEUED
        .matcher(monitor.get("labelling?route=r").body())
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void what_is_asked_wrongly_is_refused_by_name() throws Exception {
    assertThat(monitor.get("why?route=r").statusCode()).isEqualTo(400);
    assertThat(monitor.get("why?version=1&recent=x").body())
        .contains("recent: x (expected: 1 to 999");
    assertThat(monitor.get("labelling?limit=0").body()).contains("limit: 0 (expected: 1 to 500)");
    assertThat(monitor.get("labelling?format=xml").statusCode()).isEqualTo(400);
    assertThat(monitor.post("labels", "text/plain", "").statusCode()).isEqualTo(415);
    assertThat(monitor.post("labels", "application/json", "{}").body()).contains("body: no array");
    assertThat(monitor.post("erase", "application/json", "{\"by\": \"ada\"}").body())
        .contains("request_ids: 0 with units and trace_ids (expected: 1 to 1000");
    assertThat(monitor.post("erase", "application/json", "{\"units\": [\"0\"]}").body())
        .contains("units: 0 (expected: 1 to 16 hexadecimal digits, not 0)");
  }
}
