package dev.weir.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void a_folder_is_made_and_held_until_it_is_closed() throws IOException {
    Path path = folder.resolve("a/b");
    DataFolder held = DataFolder.open(path);
    assertThat(held.path()).isEqualTo(path).isDirectory();
    assertThatThrownBy(() -> DataFolder.open(path))
        .isInstanceOfSatisfying(
            StartFailure.class, failure -> assertThat(failure.exitStatus()).isEqualTo(75))
        .hasMessage(
            "data folder %s is in use by another process (pid %d); stop it, or name another folder",
            path.toAbsolutePath(), ProcessHandle.current().pid());
    held.close();
    DataFolder.open(path).close();
  }

  @Test
  void a_folder_that_cannot_be_made_is_said() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertThatThrownBy(() -> DataFolder.open(file.resolve("data")))
        .isInstanceOfSatisfying(
            StartFailure.class, failure -> assertThat(failure.exitStatus()).isEqualTo(73))
        .hasMessageStartingWith("data folder " + file.resolve("data") + " cannot be written");
  }

  @Test
  void names_stay_inside_the_folder() throws IOException {
    try (DataFolder data = DataFolder.open(folder)) {
      assertThat(data.resolve("a/b")).isEqualTo(folder.resolve("a/b"));
      assertThatThrownBy(() -> data.resolve("../x"))
          .hasMessage("file name: ../x (expected: a name inside the data folder)");
      assertThatThrownBy(() -> data.resolve("/etc/x")).hasMessageContaining("/etc/x");
    }
  }

  @Test
  void a_file_is_replaced_whole_and_nothing_is_left_beside_it() throws IOException {
    Path file = folder.resolve("snapshot");
    DataFolder.replaceDurably(file, bytes("old"));
    DataFolder.replaceDurably(file, bytes("new"));
    assertThat(file).hasContent("new");
    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void a_replacement_that_fails_leaves_the_old_file_and_nothing_beside_it() throws IOException {
    Path directory = folder.resolve("snapshot");
    Files.createDirectories(directory.resolve("inside"));
    assertThatThrownBy(() -> DataFolder.replaceDurably(directory, bytes("new")))
        .isInstanceOf(IOException.class);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(directory);
    }
  }

  @Test
  void what_a_dead_process_left_unfinished_is_removed() throws IOException {
    Path leftOver = Files.writeString(folder.resolve("snapshot123.unfinished"), "ha");
    Path kept = Files.writeString(folder.resolve("snapshot"), "whole");
    DataFolder.open(folder).close();
    assertThat(leftOver).doesNotExist();
    assertThat(kept).hasContent("whole");
  }
}
