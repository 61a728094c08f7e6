package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GoalsTest {
  private static Measurement measured(
      String proxy, String workload, double cpu, double rate, double p50, double peak) {
    return new Measurement(proxy, workload, 1, 1_000, 0, cpu, 0, 0.5, rate, p50, 99, peak);
  }

  private final Comparison comparison =
      new Comparison(
          "weir",
          List.of(
              measured("weir", "1k h2load", 5, 100, 120, 80),
              measured("weir-10000-routes", "1k h2load", 6, 90, 120, 90),
              measured("envoy", "1k h2load", 25, 25, 260, 70),
              measured("haproxy-tcp", "1k h2load", 4, 100, 110, 10),
              measured("direct-across", "1k h2load", Double.NaN, 300, 60, Double.NaN),
              measured("weir", "64k h2load", 50, 10, 150, 88),
              measured("envoy", "64k h2load", 100, 9, 150, 70),
              measured("nginx", "64k h2load", 60, 9, 150, 20)));

  private final List<Goals.Goal> goals =
      Goals.of(comparison, new MemoryUse(Map.of(), Map.of("weir", 96.0, "envoy", 80.0)));

  @Test
  void goals_are_judged_by_what_was_measured_and_the_others_left_out() {
    assertThat(goals)
        .extracting(g -> g.what() + " " + g.measured() + " " + g.holds())
        .containsExactly(
            "CPU/request, 1k h2load, of envoy 0.2 true",
            "CPU/request, 64k h2load, of the best peer 0.8333333333333334 true",
            "added p50, one in flight, 1k h2load, of haproxy-tcp 1.2 true",
            "added p50, one in flight, 1k h2load, of envoy 0.3 true",
            "requests/s, 1k h2load, of envoy 4.0 true",
            "most memory, MB 96.0 true",
            "most memory, of envoy 1.2 false",
            "memory, largest of all sizes over smallest 1.1 true",
            "CPU/request, 1k h2load, weir-10000-routes of weir 1.2 false");
  }

  @Test
  void a_rate_that_the_router_did_not_limit_is_called_a_lower_bound() {
    assertThat(Goals.text(goals))
        .contains("| >= 3.50 |     4.00 |  yes | a lower bound: weir was busy 0.50 |");
  }

  @Test
  void the_best_peer_is_named() {
    assertThat(goals.get(1).note()).isEqualTo("the best is nginx");
  }
}
