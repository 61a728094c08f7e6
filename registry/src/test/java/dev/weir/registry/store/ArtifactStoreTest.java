package dev.weir.registry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.InvalidValueException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArtifactStoreTest {
  private static final ByteString HELLO = ByteString.copyFromUtf8("hello");
  private static final String HELLO_SHA256 =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  @TempDir Path folder;

  private static String store(ArtifactStore store, ByteString... parts) {
    try (ArtifactUpload upload = store.begin()) {
      for (ByteString part : parts) {
        upload.write(part);
      }
      return upload.finish().sha256();
    }
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void bytes_are_found_under_their_digest() throws IOException {
    ArtifactStore store = ArtifactStore.open(folder, 100);
    assertThat(store(store, ByteString.copyFromUtf8("hel"), ByteString.copyFromUtf8("lo")))
        .isEqualTo(HELLO_SHA256);
    assertThat(folder.resolve("sha256").resolve("2c").resolve(HELLO_SHA256.substring(2)))
        .hasContent("hello");
    try (var bytes = store.read(HELLO_SHA256).orElseThrow()) {
      assertThat(bytes.readAllBytes()).isEqualTo(HELLO.toByteArray());
    }
    assertThat(store.sizeBytes(HELLO_SHA256)).contains(5L);
    assertThat(store.read("0".repeat(64))).isEmpty();
  }

  @Test
  void the_same_bytes_twice_are_one_file() throws IOException {
    ArtifactStore store = ArtifactStore.open(folder, 100);
    store(store, HELLO);
    store(store, HELLO);
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void an_upload_that_is_given_up_leaves_nothing() throws IOException {
    ArtifactStore store = ArtifactStore.open(folder, 100);
    try (ArtifactUpload upload = store.begin()) {
      upload.write(HELLO);
    }
    assertThat(files()).isZero();
  }

  @Test
  void what_a_crash_left_is_removed_at_the_next_start() throws IOException {
    ArtifactStore before = ArtifactStore.open(folder, 100);
    String wanted = store(before, ByteString.copyFromUtf8("wanted"));
    String unwanted = store(before, HELLO);
    Files.writeString(folder.resolve("incoming").resolve("7.part"), "half");
    ArtifactStore after = ArtifactStore.open(folder, 100);
    assertThat(after.removeAllBut(Set.of(wanted))).containsExactly(unwanted);
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void too_many_bytes_are_refused_at_the_byte_that_is_too_much() {
    ArtifactStore store = ArtifactStore.open(folder, 5);
    assertThat(store(store, HELLO)).isEqualTo(HELLO_SHA256);
    try (ArtifactUpload upload = store.begin()) {
      upload.write(HELLO);
      assertThatThrownBy(() -> upload.write(ByteString.copyFromUtf8("!")))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("at most 5, the registry's max-artifact-bytes");
    }
  }

  @Test
  void a_full_disk_is_said_and_leaves_nothing() throws IOException {
    ArtifactStore store = ArtifactStore.open(folder, 1 << 20, ArtifactStoreTest::onFullDisk);
    try (ArtifactUpload upload = store.begin()) {
      upload.write(HELLO);
      assertThatThrownBy(() -> upload.write(ByteString.copyFrom(new byte[100])))
          .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.isFull()).isTrue())
          .hasMessage(
              "storing an artifact: the disk is full; free space and try again, nothing was"
                  + " stored");
    }
    assertThat(files()).isZero();
  }

  /** A file on a disk with room for 10 bytes. */
  private static ArtifactFile onFullDisk(Path path) throws IOException {
    ArtifactFile file = ArtifactFile.onDisk(path);
    return new ArtifactFile() {
      private int room = 10;

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        room -= bytes.remaining();
        if (room < 0) {
          throw new IOException("No space left on device");
        }
        file.write(bytes);
      }

      @Override
      public void force() throws IOException {
        file.force();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }
}
