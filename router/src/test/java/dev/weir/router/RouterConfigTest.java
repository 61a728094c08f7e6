package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouterConfigTest {
  private static RouterConfig load(String... flags) {
    var loader = new ConfigurationLoader<>("router", RouterConfig.defaults());
    return switch (loader.load(List.of(flags), Map.of())) {
      case ConfigurationLoader.Outcome.Run<RouterConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<RouterConfig>(var text) ->
          throw new AssertionError(text);
    };
  }

  @Test
  void defaults_are_one_router_on_loopback() {
    RouterConfig config = load();

    assertThat(config).isEqualTo(RouterConfig.defaults());
    assertThat(config.grpc().port()).isEqualTo(8001);
    assertThat(config.http().port()).isEqualTo(8002);
    assertThat(config.registry()).isEqualTo("127.0.0.1:8010");
    assertThat(config.monitor()).isEqualTo("127.0.0.1:4317");
  }

  @Test
  void settings_of_every_room_can_be_given() {
    RouterConfig config =
        load(
            "--instance=router-2",
            "--watch.silence=1s",
            "--retry.max-attempts=3",
            "--ejection.consecutive-failures=9",
            "--outcome.slice=100ms");

    assertThat(config.instance()).isEqualTo("router-2");
    assertThat(config.watch().silence()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.retry().maxAttempts()).isEqualTo(3);
    assertThat(config.ejection().consecutiveFailures()).isEqualTo(9);
    assertThat(config.outcome().slice()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void values_out_of_range_name_their_key() {
    assertThatThrownBy(() -> load("--retry.max-attempts=4"))
        .hasMessageContaining("retry.max-attempts: 4 (expected: 1 to 3)");
    assertThatThrownBy(() -> load("--registry=nowhere"))
        .hasMessageContaining("registry: nowhere (expected: host:port");
  }
}
