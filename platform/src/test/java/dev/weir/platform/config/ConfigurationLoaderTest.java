package dev.weir.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationLoaderTest {
  enum Mode {
    EMBEDDED,
    BUILT_IN
  }

  record Listen(@Setting("Port, 0 to 65535.") int port, @Setting("Host.") String host) {
    Listen {
      Check.port("port", port);
      Check.notBlank("host", host);
    }
  }

  record Sample(
      @Setting("Where.") Listen listen,
      @Setting("Wait.") Duration maxWait,
      @Setting("Names.") List<String> peers,
      @Setting("Free.") Map<String, String> labels,
      @Setting("How.") Mode mode,
      @Setting("Share.") double share) {
    Sample {
      Check.inRange("maxWait", maxWait, Duration.ofMillis(1), Duration.ofMinutes(1));
    }
  }

  private final ConfigurationLoader<Sample> loader =
      new ConfigurationLoader<>(
          "sample",
          new Sample(
              new Listen(80, "127.0.0.1"),
              Duration.ofSeconds(1),
              List.of("a"),
              Map.of(),
              Mode.EMBEDDED,
              0.5));

  private Sample run(List<String> arguments, Map<String, String> environment) {
    return switch (loader.load(arguments, environment)) {
      case ConfigurationLoader.Outcome.Run<Sample>(var configuration, var printed) -> configuration;
      case ConfigurationLoader.Outcome.Print<Sample>(var text) -> throw new AssertionError(text);
    };
  }

  @Test
  void flag_wins_over_environment_wins_over_file_wins_over_default(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("c.yaml");
    Files.writeString(
        file, "listen:\n  port: 1\n  host: file\nmax-wait: 2s\npeers: [x, y]\nlabels: {k: v}\n");
    Sample sample =
        run(
            List.of("--config", file.toString(), "--listen.port=3"),
            Map.of("WEIR_SAMPLE_LISTEN_PORT", "2", "WEIR_SAMPLE_LISTEN_HOST", "environment"));
    assertThat(sample.listen()).isEqualTo(new Listen(3, "environment"));
    assertThat(sample.maxWait()).isEqualTo(Duration.ofSeconds(2));
    assertThat(sample.peers()).containsExactly("x", "y");
    assertThat(sample.labels()).containsExactly(Map.entry("k", "v"));
    assertThat(sample.mode()).isEqualTo(Mode.EMBEDDED);
  }

  @Test
  void an_unknown_key_suggests_the_nearest_and_names_its_source() {
    assertThatThrownBy(() -> run(List.of("--listen.prot=3"), Map.of()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("listen.prot")
        .hasMessageContaining("nearest: listen.port")
        .hasMessageContaining("flag --listen.prot");
    assertThatThrownBy(() -> run(List.of(), Map.of("WEIR_SAMPLE_LISTEN_PROT", "1")))
        .hasMessageContaining("WEIR_SAMPLE_LISTEN_PORT");
  }

  @Test
  void a_value_out_of_range_names_key_rule_and_source() {
    assertThatThrownBy(() -> run(List.of("--listen.port", "70000"), Map.of()))
        .hasMessage("listen.port: 70000 (expected: 0 to 65535), from flag --listen.port");
    assertThatThrownBy(() -> run(List.of("--max-wait=1h"), Map.of()))
        .hasMessage("max-wait: 1h (expected: 1ms to 1m), from flag --max-wait");
    assertThatThrownBy(() -> run(List.of("--mode=odd"), Map.of()))
        .hasMessageContaining("embedded or built-in");
    assertThatThrownBy(() -> run(List.of("--max-wait=soon"), Map.of()))
        .hasMessageContaining("250ms");
  }

  @Test
  void what_is_printed_loads_again_to_the_same(@TempDir Path folder) throws IOException {
    var outcome =
        loader.load(List.of("--listen.port=7", "--mode=built-in", "--print-config"), Map.of());
    assertThat(outcome).isInstanceOf(ConfigurationLoader.Outcome.Print.class);
    String text = ((ConfigurationLoader.Outcome.Print<Sample>) outcome).text();
    assertThat(text)
        .contains("listen.port: 7  # flag --listen.port")
        .contains("share: 0.5  # default");
    Path file = folder.resolve("printed.yaml");
    Files.writeString(file, text);
    Sample again = run(List.of("--config=" + file), Map.of());
    assertThat(again).isEqualTo(run(List.of("--listen.port=7", "--mode=built-in"), Map.of()));
  }

  @Test
  void help_names_every_setting_with_meaning_and_default() {
    assertThat(loader.help())
        .contains("--listen.port=80", "Port, 0 to 65535.", "--max-wait=1s", "--mode=embedded");
  }
}
