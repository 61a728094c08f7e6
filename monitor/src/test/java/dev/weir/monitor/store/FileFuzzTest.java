package dev.weir.monitor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.monitor.intake.FeedbackEntry;
import dev.weir.platform.fuzz.Change;
import dev.weir.platform.fuzz.FuzzRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of evidence and labels. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileFuzzTest {
  private static final long MOST_BYTES = 16 << 20;

  @TempDir Path folder;

  @Test
  void labels_are_read_up_to_the_damage() throws IOException {
    Path path = folder.resolve("labels.log");
    List<FeedbackEntry> entries = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      entries.add(new FeedbackEntry.Joined("request-" + i));
    }
    new FeedbackFile(path).begin(entries);
    byte[] whole = Files.readAllBytes(path);
    FuzzRun.bounded(
        "labels file",
        3_000,
        MOST_BYTES,
        seed -> {
          Files.write(path, Change.some(whole, new SplittableRandom(seed)));
          List<FeedbackEntry> read = new FeedbackFile(path).load().entries();
          assertThat(read).isEqualTo(entries.subList(0, read.size()));
        });
  }

  @Test
  void evidence_that_was_changed_is_refused() throws IOException {
    Path path = folder.resolve("evidence.bin");
    var image = new byte[300];
    Arrays.fill(image, (byte) 7);
    new EvidenceFile(path).save(image);
    byte[] whole = Files.readAllBytes(path);
    FuzzRun.bounded(
        "evidence file",
        2_000,
        MOST_BYTES,
        seed -> {
          byte[] damaged = Change.some(whole, new SplittableRandom(seed));
          Files.write(path, damaged);
          if (Arrays.equals(damaged, whole)) {
            assertThat(new EvidenceFile(path).load()).contains(image);
          } else {
            assertThatThrownBy(() -> new EvidenceFile(path).load()).isInstanceOf(IOException.class);
          }
        });
  }
}
