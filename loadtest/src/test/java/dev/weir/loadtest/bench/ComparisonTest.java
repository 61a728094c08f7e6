package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
  private static Measurement measured(String proxy, int round, double cpuMicros, double p50) {
    double none = Double.isNaN(cpuMicros) ? Double.NaN : 0.5;
    return new Measurement(
        proxy, "1k h2load", round, 1_000, 0, cpuMicros, 0.1, none, 10_000, p50, 190, none * 100);
  }

  private final Comparison comparison =
      new Comparison(
          "weir",
          List.of(
              measured("direct", 1, Double.NaN, 20),
              measured("direct-across", 1, Double.NaN, 60),
              measured("nginx", 1, 40, 160),
              measured("weir", 1, 12, 110),
              measured("nginx", 2, 44, 150),
              measured("weir", 2, 10, 120),
              measured("direct-across", 2, Double.NaN, 70),
              measured("nginx", 3, 30, 170),
              measured("weir", 3, 50, 100),
              measured("direct-across", 3, Double.NaN, 60)));

  @Test
  void the_table_has_medians_and_ratios_with_the_router_first_and_no_proxy_last() {
    assertThat(comparison.text())
        .isEqualTo(
            """
            | 1k h2load     | CPU us/request | of it JIT | weir / it |   by round | requests/s | busy | p50 us | p99 us | added p50 | weir / it | peak MB |
            |---------------| --------------:| ---------:| ---------:| ----------:| ----------:| ----:| ------:| ------:| ---------:| ---------:| -------:|
            | weir          |           12.0 |       0.1 |      1.00 | 1.00..1.00 |      10000 | 0.50 |    110 |    190 |      50.0 |      1.00 |    50.0 |
            | nginx         |           40.0 |       0.1 |      0.30 | 0.23..1.67 |      10000 | 0.50 |    160 |    190 |       100 |      0.50 |    50.0 |
            | direct        |              - |         - |         - |          - |      10000 |    - |   20.0 |    190 |         - |         - |       - |
            | direct-across |              - |         - |         - |          - |      10000 |    - |   60.0 |    190 |         - |         - |       - |

            """);
  }

  @Test
  void the_json_has_medians_and_every_measurement_and_no_nan() throws Exception {
    var mapper = JsonMapper.builder().build();
    String text = mapper.writeValueAsString(comparison.json());
    assertThat(text).doesNotContain("NaN").doesNotContain("Infinity");
    JsonNode json = mapper.readTree(text);
    assertThat(json.at("/medians/1/proxy").asText()).isEqualTo("nginx");
    assertThat(json.at("/medians/1/ratio").asDouble()).isEqualTo(0.3);
    assertThat(json.at("/medians/1/addedRatio").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/medians/2").has("cpuMicros")).isFalse();
    assertThat(json.at("/measurements")).hasSize(10);
  }

  @Test
  void the_memory_table_has_the_start_each_workload_and_the_most() {
    var memory =
        new MemoryUse(Map.of("weir", 40.0, "nginx", 9.0), Map.of("weir", 90.0, "nginx", 20.0));
    assertThat(memory.text(comparison))
        .isEqualTo(
            """
            | memory, MB | at start | 1k h2load | most |
            |------------| --------:| ---------:| ----:|
            | weir       |     40.0 |      50.0 | 90.0 |
            | nginx      |      9.0 |      50.0 | 20.0 |

            """);
  }

  @Test
  void medians_of_even_counts_are_between_the_middle_two() {
    assertThat(Comparison.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    assertThat(Comparison.median(new double[0])).isNaN();
  }
}
