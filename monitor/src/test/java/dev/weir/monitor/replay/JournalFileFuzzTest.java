package dev.weir.monitor.replay;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Damaged journals: whole entries from the beginning on, and how they end. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournalFileFuzzTest {
  private static final long MOST_BYTES = 16 << 20;

  @TempDir Path folder;

  @Test
  void a_damaged_journal_gives_whole_entries_and_its_end() throws IOException {
    Path file = folder.resolve("a.journal");
    var entries = new ArrayList<byte[]>();
    var frames = new ArrayList<JournalFrame>();
    for (int i = 0; i < 5; i++) {
      var entry = new byte[20 + 200 * i];
      Arrays.fill(entry, (byte) i);
      entries.add(entry);
      frames.add(JournalFrame.of(i, entry));
    }
    JournalFile.begin(file);
    JournalFile.append(file, frames);
    byte[] whole = Files.readAllBytes(file);
    FuzzRun.bounded(
        "journal file",
        3_000,
        MOST_BYTES,
        seed -> {
          Files.write(file, Change.some(whole, new SplittableRandom(seed)));
          List<byte[]> read = new ArrayList<>();
          JournalFile.Extent extent = JournalFile.read(file, read::add);
          assertThat(extent.entries()).isEqualTo(read.size());
          assertThat(extent.bytes()).isBetween(0L, Files.size(file));
          for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i)).isEqualTo(entries.get(i));
          }
        });
  }
}
