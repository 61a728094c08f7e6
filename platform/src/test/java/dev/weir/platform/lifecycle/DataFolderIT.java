package dev.weir.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.time.Randomness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Another process holds the folder, and is killed while it writes. */
@Timeout(120)
final class DataFolderIT {
  private static final int KILLS = 8;

  @TempDir private Path folder;

  /** Replaces a file for ever; says each revision once it is durable. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      try (DataFolder data = DataFolder.open(folder)) {
        System.out.println("open");
        for (long revision = Long.parseLong(arguments[1]); true; revision++) {
          DataFolder.replaceDurably(data.resolve("file"), content(revision));
          System.out.println(revision);
        }
      }
    }
  }

  /** The revision, and then noise that follows from it, of 8 to 100,000 bytes. */
  private static byte[] content(long revision) {
    var noise = new Random(revision);
    var bytes = new byte[8 + noise.nextInt(100_000)];
    noise.nextBytes(bytes);
    ByteBuffer.wrap(bytes).putLong(revision);
    return bytes;
  }

  private static long revisionOf(byte[] content) {
    long revision = ByteBuffer.wrap(content).getLong();
    assertThat(content).as("revision %d is whole", revision).isEqualTo(content(revision));
    return revision;
  }

  @Test
  void after_a_kill_at_any_moment_the_file_is_whole_and_not_older_than_what_was_said()
      throws Exception {
    long seed = Randomness.freshSeed();
    var random = Randomness.seeded(seed);
    long acknowledged = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      try (var writer =
          ChildJvm.start(Writer.class, folder.toString(), String.valueOf(acknowledged + 1))) {
        assertThat(writer.readLine()).isEqualTo("open");
        long until = acknowledged + 1 + random.nextInt(40);
        while (acknowledged < until) {
          acknowledged = Long.parseLong(String.valueOf(writer.readLine()));
        }
        writer.kill();
        for (String line = writer.readLine(); line != null; line = writer.readLine()) {
          // a line that the kill has cut says a smaller number
          acknowledged = Math.max(acknowledged, Long.parseLong(line));
        }
      }
      long found = revisionOf(Files.readAllBytes(folder.resolve("file")));
      assertThat(found).as("seed %d", seed).isBetween(acknowledged, acknowledged + 1);
      acknowledged = found;
    }
    DataFolder.open(folder).close();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(folder.resolve("file"), folder.resolve("lock"));
    }
  }

  @Test
  void a_folder_that_another_process_holds_is_refused_until_that_is_gone() throws Exception {
    try (var writer = ChildJvm.start(Writer.class, folder.toString(), "1")) {
      assertThat(writer.readLine()).isEqualTo("open");
      assertThatThrownBy(() -> DataFolder.open(folder))
          .isInstanceOf(StartFailure.class)
          .hasMessageMatching("data folder .* is in use by another process \\(pid \\d+\\).*");
      writer.kill();
      DataFolder.open(folder).close();
    }
  }
}
