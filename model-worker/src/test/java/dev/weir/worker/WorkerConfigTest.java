package dev.weir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.config.ConfigurationLoader.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WorkerConfigTest {
  private final ConfigurationLoader<WorkerConfig> loader =
      new ConfigurationLoader<>("model-worker", WorkerConfig.defaults());

  private WorkerConfig load(String... arguments) {
    return ((Outcome.Run<WorkerConfig>) loader.load(List.of(arguments), Map.of())).configuration();
  }

  @Test
  void without_arguments_the_defaults_are_in_force() {
    assertThat(load()).isEqualTo(WorkerConfig.defaults());
  }

  @Test
  void every_setting_can_be_given_and_comes_back_in_what_is_printed() {
    assertThat(load("--engine=triton", "--triton.backend=onnxruntime"))
        .satisfies(config -> {
          assertThat(config.engine()).isEqualTo(EngineKind.TRITON);
          assertThat(config.triton().backend().name()).isEqualTo("ONNXRUNTIME");
        });
    var printed = ((Outcome.Print<WorkerConfig>) loader.load(List.of("--print-config"), Map.of()));
    printed
        .text()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int colon = line.indexOf(": ");
          String key = line.substring(0, colon);
          String value = line.substring(colon + 2, line.lastIndexOf("  # ")).replace("\"", "");
          assertThat(load("--" + key + "=" + value)).isEqualTo(WorkerConfig.defaults());
        });
  }

  @Test
  void a_value_out_of_range_is_refused_with_the_rule_and_the_source() {
    assertThatThrownBy(() -> load("--admission.max-concurrency=0"))
        .hasMessage(
            "admission.max-concurrency: 0 (expected: 1 to 100000), from flag"
                + " --admission.max-concurrency");
    assertThatThrownBy(() -> load("--engine=tensorflow"))
        .hasMessageContaining("onnxruntime or triton");
    assertThatThrownBy(() -> load("--triton.address=nowhere")).hasMessageContaining("host:port");
  }

  @Test
  void routers_reach_it_where_it_listens_unless_told_otherwise() {
    assertThat(load().reachableHost()).isEqualTo("127.0.0.1");
    assertThat(load("--advertise-host=worker.example").reachableHost()).isEqualTo("worker.example");
  }
}
