package dev.weir.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PrometheusTextTest {
  private final Telemetry telemetry =
      Telemetry.start("router", "router-1", TelemetryConfig.defaults());
  private final Meter meter = telemetry.meter();

  @AfterEach
  void stop() {
    telemetry.close();
  }

  private List<String> lines(String name) {
    return telemetry.prometheusText().lines().filter(line -> line.contains(name)).toList();
  }

  @Test
  void a_counter_ends_in_total_once_whatever_it_is_called() {
    var variant = Attributes.builder().put("variant", "canary").put("model.name", "a\"b").build();
    meter.counterBuilder("weir_sent").setDescription("Sent.").build().add(2, variant);
    meter.counterBuilder("weir_taken_total").build().add(1);
    meter.counterBuilder("weir_cost").ofDoubles().build().add(0.5);
    assertThat(lines("weir_sent"))
        .containsExactly(
            "# HELP weir_sent_total Sent.",
            "# TYPE weir_sent_total counter",
            "weir_sent_total{model_name=\"a\\\"b\",variant=\"canary\"} 2.0");
    assertThat(lines("weir_taken")).contains("weir_taken_total 1.0");
    assertThat(lines("weir_cost")).contains("weir_cost_total 0.5");
  }

  @Test
  void gauges_and_sums_that_go_down_are_gauges() {
    meter.upDownCounterBuilder("weir_open").build().add(-2);
    meter.gaugeBuilder("weir_load").buildWithCallback(gauge -> gauge.record(0.25));
    meter.gaugeBuilder("weir_size").ofLongs().buildWithCallback(gauge -> gauge.record(7));
    assertThat(lines("weir_open")).containsExactly("# TYPE weir_open gauge", "weir_open -2.0");
    assertThat(lines("weir_load")).containsExactly("# TYPE weir_load gauge", "weir_load 0.25");
    assertThat(lines("weir_size")).containsExactly("# TYPE weir_size gauge", "weir_size 7.0");
  }

  @Test
  void a_histogram_that_is_counted_elsewhere_reads_like_any_other() {
    telemetry
        .histograms()
        .define(
            "weir_seen_seconds",
            "Seen.",
            List.of(0.1, 1.0),
            observer ->
                observer.observe(
                    Attributes.builder().put("route", "fraud").build(), new long[] {3, 2, 1}, 7.5));
    assertThat(lines("weir_seen"))
        .containsExactly(
            "# HELP weir_seen_seconds Seen.",
            "# TYPE weir_seen_seconds histogram",
            "weir_seen_seconds_bucket{route=\"fraud\",le=\"0.1\"} 3",
            "weir_seen_seconds_bucket{route=\"fraud\",le=\"1.0\"} 5",
            "weir_seen_seconds_bucket{route=\"fraud\",le=\"+Inf\"} 6",
            "weir_seen_seconds_count{route=\"fraud\"} 6",
            "weir_seen_seconds_sum{route=\"fraud\"} 7.5");
  }

  @Test
  void a_histogram_has_cumulative_buckets_sum_and_count() {
    var histogram =
        meter
            .histogramBuilder("weir_wait_seconds")
            .setExplicitBucketBoundariesAdvice(List.of(0.1, 1.0))
            .build();
    histogram.record(0.05);
    histogram.record(0.5);
    histogram.record(5);
    assertThat(lines("weir_wait"))
        .containsExactly(
            "# TYPE weir_wait_seconds histogram",
            "weir_wait_seconds_bucket{le=\"0.1\"} 1",
            "weir_wait_seconds_bucket{le=\"1.0\"} 2",
            "weir_wait_seconds_bucket{le=\"+Inf\"} 3",
            "weir_wait_seconds_count 3",
            "weir_wait_seconds_sum 5.55");
  }

  @Test
  void names_with_dots_get_underscores() {
    meter.counterBuilder("rpc.server.calls").build().add(1);
    assertThat(lines("rpc_server")).contains("rpc_server_calls_total 1.0");
  }

  @Test
  void one_metric_that_cannot_be_shown_does_not_hide_the_others() {
    var clash = Attributes.builder().put("a.b", "1").put("a_b", "2").build();
    meter.counterBuilder("weir_broken").build().add(1, clash);
    meter.counterBuilder("weir_whole").build().add(1);
    assertThat(lines("weir_whole")).contains("weir_whole_total 1.0");
  }

  @Test
  void what_a_second_scope_calls_the_same_is_left_out() {
    meter.counterBuilder("weir_twice").build().add(1);
    telemetry.openTelemetry().getMeter("other").counterBuilder("weir_twice").build().add(10);
    assertThat(lines("weir_twice_total ")).hasSize(2);
  }

  @Test
  void after_the_end_there_is_nothing() {
    meter.counterBuilder("weir_sent").build().add(2);
    telemetry.close();
    assertThat(telemetry.prometheusText()).isEmpty();
  }
}
