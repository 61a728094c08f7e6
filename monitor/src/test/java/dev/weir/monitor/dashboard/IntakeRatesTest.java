package dev.weir.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class IntakeRatesTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void a_rate_is_the_growth_over_ten_seconds() {
    var rates = new IntakeRates();
    assertThat(rates.perSecond(0, Map.of("samples", 5L))).containsEntry("samples", 0.0);
    assertThat(rates.perSecond(SECOND, Map.of("samples", 25L))).containsEntry("samples", 20.0);
    for (int s = 2; s <= 30; s++) {
      rates.perSecond(s * SECOND, Map.of("samples", 25L));
    }
    assertThat(rates.perSecond(31 * SECOND, Map.of("samples", 25L))).containsEntry("samples", 0.0);
  }
}
