package dev.weir.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.error.InvalidValueException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RegistryConfigTest {
  private static RegistryConfig load(String... flags) {
    return switch (new ConfigurationLoader<>("registry", RegistryConfig.defaults())
        .load(List.of(flags), Map.of())) {
      case ConfigurationLoader.Outcome.Run<RegistryConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<RegistryConfig>(var text) ->
          throw new AssertionError(text);
    };
  }

  @Test
  void without_settings_the_defaults_hold() {
    assertThat(load()).isEqualTo(RegistryConfig.defaults());
  }

  @Test
  void settings_reach_their_fields() {
    RegistryConfig config =
        load(
            "--rollouts.tick-interval=100ms",
            "--rollouts.verdict-freshness=4s",
            "--rollouts.worker-expiry=5s",
            "--rollouts.placement-grace=0s",
            "--rollouts.soft-interval=2s",
            "--rollouts.kept=7",
            "--limits.max-artifact-bytes=8",
            "--limits.max-concurrent-uploads=9",
            "--limits.upload-idle-timeout=10s",
            "--limits.max-versions=11",
            "--limits.max-routes=12",
            "--limits.max-watchers=13",
            "--limits.max-workers=14",
            "--embedded-discovery.max-instances=15");
    assertThat(config.rollouts())
        .isEqualTo(
            new RegistryConfig.Rollouts(
                Duration.ofMillis(100),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ZERO,
                Duration.ofSeconds(2),
                7));
    assertThat(config.limits())
        .isEqualTo(new RegistryConfig.Limits(8, 9, Duration.ofSeconds(10), 11, 12, 13, 14));
    assertThat(config.embeddedDiscovery().maxInstances()).isEqualTo(15);
  }

  @Test
  void a_value_out_of_range_is_named_with_its_source() {
    assertThatThrownBy(() -> load("--limits.max-routes=0"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("limits.max-routes: 0 (expected: 1 to 100000), from flag --limits.max-routes");
  }
}
