package dev.weir.monitor.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KafkaConfigTest {
  @Test
  void without_brokers_one_monitor_owns_everything() {
    KafkaConfig config = KafkaConfig.defaults();
    assertThat(config.enabled()).isFalse();
    assertThat(config.ownership().owned()).containsExactly(0);
    assertThat(config.ownership().ownsRoute("any")).isTrue();
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> config(List.of("nowhere"), "0/1", "weir", 12))
        .hasMessageStartingWith("bootstrap: nowhere (expected: host:port");
    assertThatThrownBy(() -> config(List.of("k:9092"), "3/3", "weir", 12))
        .hasMessageStartingWith("share: 3/3 (expected: index/count");
    assertThatThrownBy(() -> config(List.of("k:9092"), "0/13", "weir", 12))
        .hasMessage("share: 0/13 (expected: at most 12 monitors)");
    assertThatThrownBy(() -> config(List.of("k:9092"), "0/1", "we ir", 12))
        .hasMessageStartingWith("prefix: we ir (expected: 1 to 100 letters");
  }

  private static KafkaConfig config(
      List<String> bootstrap, String share, String prefix, int partitions) {
    return new KafkaConfig(
        bootstrap,
        share,
        prefix,
        partitions,
        1,
        Duration.ofDays(1),
        "",
        Duration.ofSeconds(1),
        1 << 20);
  }
}
