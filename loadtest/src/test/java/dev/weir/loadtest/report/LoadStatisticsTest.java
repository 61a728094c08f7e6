package dev.weir.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.weir.loadtest.load.Outcome;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class LoadStatisticsTest {
  private final LoadStatistics statistics = new LoadStatistics();

  private static Outcome ok(long millis, String version) {
    return new Outcome(
        0, Status.OK, Duration.ofMillis(millis).toNanos(), null, "", version, 1, true);
  }

  private static Outcome failed(Status status, boolean sent) {
    return new Outcome(0, status, 5, null, "", "", 0, sent);
  }

  @Test
  void counts_by_status_and_by_version() {
    statistics.add(ok(1, "m/1"));
    statistics.add(ok(2, "m/1"));
    statistics.add(ok(3, "m/2"));
    statistics.add(failed(Status.UNAVAILABLE.withDescription("first"), true));
    statistics.add(failed(Status.UNAVAILABLE.withDescription("second"), true));
    statistics.add(failed(Status.RESOURCE_EXHAUSTED.withDescription("not sent"), false));
    LoadReport report = statistics.report(2);
    assertThat(report.requests()).isEqualTo(6);
    assertThat(report.byCode())
        .containsExactly(
            entry("OK", 3L), entry("RESOURCE_EXHAUSTED", 1L), entry("UNAVAILABLE", 2L));
    assertThat(report.byVersion()).containsExactly(entry("m/1", 2L), entry("m/2", 1L));
    assertThat(report.firstFailure()).containsEntry("UNAVAILABLE", "first");
    assertThat(report.unsent()).isEqualTo(1);
    assertThat(report.errorRate()).isCloseTo(0.5, within(1e-12));
    assertThat(statistics.ended()).isEqualTo(6);
    assertThat(statistics.failed()).isEqualTo(3);
  }

  @Test
  void nothing_failed_while_answers_are_being_counted() throws InterruptedException {
    Thread adding =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 200_000; i++) {
                statistics.add(ok(1, "m/1"));
              }
            });
    while (adding.isAlive()) {
      assertThat(statistics.failed()).isZero();
      LoadReport report = statistics.report(1);
      assertThat(report.byCode().getOrDefault("OK", 0L)).isEqualTo(report.requests());
      assertThat(report.errorRate()).isZero();
    }
    adding.join();
    assertThat(statistics.ended()).isEqualTo(200_000);
  }

  @Test
  void latencies_are_those_of_answers_and_reports_are_cumulative() {
    for (int millis = 1; millis <= 50; millis++) {
      statistics.add(ok(millis, ""));
    }
    statistics.add(failed(Status.UNAVAILABLE, true));
    assertThat(statistics.report(1).millisAt(100)).isCloseTo(50, within(0.1));
    for (int millis = 51; millis <= 100; millis++) {
      statistics.add(ok(millis, ""));
    }
    LoadReport report = statistics.report(1);
    assertThat(report.latencies().getTotalCount()).isEqualTo(100);
    assertThat(report.millisAt(50)).isCloseTo(50, within(0.1));
    assertThat(report.millisAt(99)).isCloseTo(99, within(0.1));
  }

  @Test
  void a_latency_beyond_the_scale_is_counted_at_its_end() {
    statistics.add(ok(Duration.ofHours(1).toMillis(), ""));
    assertThat(statistics.report(1).millisAt(100))
        .isCloseTo(Duration.ofMinutes(5).toMillis(), within(1_000.0));
  }

  @Test
  void requests_tried_more_than_once_are_counted() {
    statistics.add(new Outcome(0, Status.OK, 1, null, "", "", 2, true));
    statistics.add(new Outcome(1, Status.OK, 1, null, "", "", 1, true));
    assertThat(statistics.report(1).retried()).isEqualTo(1);
  }

  @Test
  void unanswered_requests_are_failures() {
    statistics.add(ok(1, ""));
    statistics.unanswered(3);
    LoadReport report = statistics.report(1);
    assertThat(report.requests()).isEqualTo(1);
    assertThat(report.errorRate()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void too_many_versions_are_counted_together() {
    for (int version = 0; version < 100; version++) {
      statistics.add(ok(1, "m/" + version));
    }
    assertThat(statistics.versions()).hasSize(65).containsEntry("other", 36L);
  }

  @Test
  void nothing_is_lost_when_many_threads_add() throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 1_000; i++) {
                  statistics.add(ok(1, "m/1"));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    LoadReport report = statistics.report(1);
    assertThat(report.requests()).isEqualTo(4_000);
    assertThat(report.latencies().getTotalCount()).isEqualTo(4_000);
    assertThat(report.byVersion()).containsExactly(entry("m/1", 4_000L));
  }
}
