package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.error.InvalidValueException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MonitorConfigTest {
  private final ConfigurationLoader<MonitorConfig> loader =
      new ConfigurationLoader<>("monitor", MonitorConfig.defaults());

  @Test
  void defaults_are_taken_as_they_are() {
    assertThat(load()).isEqualTo(MonitorConfig.defaults());
  }

  @Test
  void each_part_can_be_set() {
    MonitorConfig config =
        load(
            "--instance=m2",
            "--grpc.port=0",
            "--http.port=0",
            "--registry=10.0.0.1:8010",
            "--data=/tmp/m2",
            "--intake.sample-grace=2s",
            "--evidence.max-sticky-units=1000",
            "--dashboard.max-listeners=2");
    assertThat(config.instance()).isEqualTo("m2");
    assertThat(config.intake().sampleGrace()).hasSeconds(2);
    assertThat(config.evidence().maxStickyUnits()).isEqualTo(1_000);
    assertThat(config.dashboard().maxListeners()).isEqualTo(2);
  }

  @Test
  void what_cannot_be_used_is_refused_with_its_name_rule_and_source() {
    assertThatThrownBy(() -> load("--registry=nowhere"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "registry: nowhere (expected: host:port, port 0 to 65535), from flag --registry");
    assertThatThrownBy(() -> load("--evidence.save-interval=10ms"))
        .hasMessageStartingWith("evidence.save-interval: 10ms (expected: 100ms to 1m)");
  }

  @Test
  void help_tells_of_every_setting() {
    assertThat(loader.help())
        .contains("--intake.max-waiting-samples=200000", "--dashboard.push-interval=1s");
  }

  private MonitorConfig load(String... arguments) {
    return switch (loader.load(List.of(arguments), Map.of())) {
      case ConfigurationLoader.Outcome.Run<MonitorConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<MonitorConfig>(var text) ->
          throw new AssertionError(text);
    };
  }
}
