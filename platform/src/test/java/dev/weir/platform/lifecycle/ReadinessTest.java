package dev.weir.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReadinessTest {
  private final Readiness readiness = new Readiness();

  @Test
  void one_part_against_it_is_enough() {
    readiness.ready("discovery");
    assertThat(readiness.isReady()).isTrue();
    readiness.notReady("registry", "away");
    assertThat(readiness.isReady()).isFalse();
    readiness.degraded("registry", "old snapshot");
    assertThat(readiness.isReady()).isTrue();
  }

  @Test
  void parts_are_described_in_order_of_name_with_their_reasons() {
    readiness.notReady("registry", "away");
    readiness.ready("discovery");
    readiness.degraded("engine", "one of two");
    assertThat(readiness.describe())
        .containsExactly(
            Map.entry("discovery", "ready"),
            Map.entry("engine", "degraded: one of two"),
            Map.entry("registry", "not ready: away"));
  }
}
