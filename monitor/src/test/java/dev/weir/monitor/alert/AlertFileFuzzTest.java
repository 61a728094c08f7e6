package dev.weir.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Randomness;
import dev.weir.platform.time.TestClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of alerts: taken over, or set aside, and the monitor starts. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AlertFileFuzzTest {
  @TempDir Path folder;

  @Test
  void a_damaged_file_is_taken_over_or_set_aside() throws IOException {
    Path file = folder.resolve("alerts.json");
    var clock = new TestClock();
    AlertBook book = new AlertBook(AlertConfig.defaults(), clock, Randomness.seeded(1));
    for (int i = 0; i < 3; i++) {
      book.firing(
          Finding.of(
              "Drift",
              Map.of("feature", "f" + i),
              Severity.WARNING,
              "it moved",
              clock.now(),
              Map.of("log_e", 9.5)));
    }
    new AlertFile(file, book, new Readiness()).save();
    byte[] whole = Files.readAllBytes(file);
    assertThat(new String(whole, StandardCharsets.UTF_8)).contains("it moved");
    FuzzRun.bounded(
        "alert file",
        1_500,
        16 << 20,
        seed -> {
          Files.write(file, Change.some(whole, new SplittableRandom(seed)));
          var again = new AlertBook(AlertConfig.defaults(), clock, Randomness.seeded(1));
          new AlertFile(file, again, new Readiness()).load();
          Files.deleteIfExists(folder.resolve("alerts.json.broken"));
        });
  }
}
