package dev.weir.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManagedProcessTest {
  @TempDir Path folder;

  @Test
  void one_that_ends_early_is_reported_with_the_end_of_its_log() throws InterruptedException {
    try (var process =
        ManagedProcess.start(
            "broken",
            List.of("sh", "-c", "echo the disk is gone; exit 7"),
            Map.of(),
            folder.resolve("logs/broken.log"))) {
      assertThatThrownBy(
              () -> process.awaitReady(() -> false, Duration.ofSeconds(30), Clock.system()))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("broken ended with status 7")
          .hasMessageContaining("the disk is gone");
    }
  }

  @Test
  void a_program_that_is_not_there_is_said() {
    assertThatThrownBy(() ->
            ManagedProcess.start(
                "ghost", List.of("/no/such/program"), Map.of(), folder.resolve("ghost.log")))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("/no/such/program");
  }

  @Test
  void a_killed_one_is_dead() throws InterruptedException {
    var process = ManagedProcess.start("cat", List.of("cat"), Map.of(), folder.resolve("cat.log"));
    assertThat(process.isAlive()).isTrue();
    process.kill();
    assertThat(process.isAlive()).isFalse();
  }
}
