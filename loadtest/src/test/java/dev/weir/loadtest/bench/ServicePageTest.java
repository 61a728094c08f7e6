package dev.weir.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ServicePageTest {
  @Test
  void values_of_one_name_are_added_up_over_its_labels() {
    assertThat(
            ServicePage.parse(
                """
                # HELP weir_router_retries_total Further attempts.
                # TYPE weir_router_retries_total counter
                weir_router_retries_total{route="a b",variant="x"} 3.0
                weir_router_retries_total{route="c",variant="y"} 4
                weir_router_in_flight 0
                """))
        .isEqualTo(Map.of("weir_router_retries_total", 7.0, "weir_router_in_flight", 0.0));
  }
}
