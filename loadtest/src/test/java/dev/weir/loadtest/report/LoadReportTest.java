package dev.weir.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weir.loadtest.load.Outcome;
import io.grpc.Status;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class LoadReportTest {
  private static LoadStatistics statistics() {
    var statistics = new LoadStatistics();
    for (int i = 0; i < 9; i++) {
      statistics.add(new Outcome(i, Status.OK, 2_000_000, null, "baseline", "m/1", 1, true));
    }
    statistics.add(
        new Outcome(9, Status.UNAVAILABLE.withDescription("gone"), 1, null, "", "", 0, true));
    return statistics;
  }

  @Test
  void the_text_has_all_that_was_seen() {
    assertThat(statistics().report(2).text())
        .isEqualTo(
            """
            requests   10 in 2.0 s (5.0/s), failed 10.000 %, retried by the router 0
            status     {OK=9, UNAVAILABLE=1}
            versions   {m/1=9}
            latency ms  p50 2.00  p90 2.00  p99 2.00  p99.9 2.00  max 2.00  (from the time each request was due)
            first UNAVAILABLE: gone
            """);
  }

  @Test
  void the_text_says_what_was_not_sent_and_not_answered() {
    LoadStatistics statistics = statistics();
    statistics.add(new Outcome(10, Status.RESOURCE_EXHAUSTED, 1, null, "", "", 0, false));
    statistics.unanswered(2);
    assertThat(statistics.report(2).text())
        .contains("not sent   1 (too many in flight: see --max-in-flight)\n", "unanswered 2\n");
  }

  @Test
  void the_text_does_not_depend_on_the_locale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(statistics().report(2).text()).contains("10 in 2.0 s (5.0/s)");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void the_json_has_the_same() throws Exception {
    var json = JsonMapper.builder().build();
    JsonNode report = json.readTree(json.writeValueAsBytes(statistics().report(2).json()));
    assertThat(report.fieldNames())
        .toIterable()
        .containsExactly(
            "seconds",
            "requests",
            "errorRate",
            "byCode",
            "byVersion",
            "retried",
            "unsent",
            "unanswered",
            "latencyMillis",
            "firstFailure");
    assertThat(report.at("/byCode/OK").asInt()).isEqualTo(9);
    assertThat(report.at("/latencyMillis").fieldNames())
        .toIterable()
        .containsExactly("p50", "p90", "p99", "p99.9", "p100");
    assertThat(report.at("/latencyMillis/p99").asDouble()).isBetween(1.99, 2.01);
    assertThat(report.at("/firstFailure/UNAVAILABLE").asText()).isEqualTo("gone");
  }

  @Test
  void a_test_without_requests_has_no_errors_and_no_latency() {
    LoadReport report = new LoadStatistics().report(0);
    assertThat(report.errorRate()).isZero();
    assertThat(report.millisAt(99)).isZero();
    assertThat(report.text()).startsWith("requests   0 in 0.0 s (0.0/s), failed 0.000 %");
  }
}
