package dev.weir.monitor.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class HistoryValuesTest {
  private static OutcomeTotals outcomes() {
    var totals = new OutcomeTotals();
    totals.take(HistoryUnderTest.slice(1, 0, 10, 3).getCells(0));
    return totals;
  }

  private static LatencyTotals latency() {
    var totals = new LatencyTotals();
    totals.take(HistoryUnderTest.slice(1, 0, 10, 3).getCells(0));
    return totals;
  }

  @Test
  void the_bytes_of_each_value_are_those_that_were_released() {
    assertThat(HexFormat.of().formatHex(outcomes().toBytes()))
        .isEqualTo("014f000000000000000a0000000000000000010e0000000000000003");
    assertThat(HexFormat.of().formatHex(latency().toBytes()))
        .isEqualTo("014c00000000000000000001012c0000000000000007");
  }

  @Test
  void a_value_is_what_its_bytes_say() {
    HistoryValue outcomes = SeriesKind.OUTCOMES.read(outcomes().toBytes());
    HistoryValue latency = SeriesKind.LATENCY.read(latency().toBytes());
    assertThat(outcomes.describe()).isEqualTo(outcomes().describe());
    assertThat(latency.describe()).isEqualTo(latency().describe());
    outcomes.add(outcomes());
    latency.add(latency());
    assertThat(outcomes.describe()).containsEntry("requests", 20L).containsEntry("errors", 6L);
    assertThat(latency.describe()).containsEntry("answered", 14L);
  }

  @Test
  void values_of_two_kinds_do_not_merge() {
    assertThatThrownBy(() -> outcomes().add(latency()))
        .hasMessage("LatencyTotals (expected: OutcomeTotals, as what it is merged into)");
  }

  @Test
  void damaged_bytes_are_refused() {
    byte[] bytes = outcomes().toBytes();
    bytes[bytes.length - 9] = 17;
    assertThatThrownBy(() -> SeriesKind.OUTCOMES.read(bytes))
        .hasMessageContaining("status 17 (expected: 0 to 16)");
  }
}
