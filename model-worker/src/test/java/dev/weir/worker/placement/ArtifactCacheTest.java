package dev.weir.worker.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.weir.platform.time.TestClock;
import dev.weir.worker.engine.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArtifactCacheTest {
  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private ArtifactCache cache;

  @BeforeEach
  void open() throws IOException {
    cache = ArtifactCache.open(folder, 100, clock);
  }

  private static byte[] bytes(int fill, int size) {
    var bytes = new byte[size];
    Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  private String store(int fill, int size) throws Exception {
    byte[] bytes = bytes(fill, size);
    String digest = Versions.sha256(bytes);
    cache.pin(digest);
    try (var writer = cache.store(digest, size)) {
      writer.write(ByteString.copyFrom(bytes));
      writer.commit();
    }
    clock.advance(Duration.ofSeconds(1));
    return digest;
  }

  @Test
  void what_is_stored_is_found_also_by_the_next_process() throws Exception {
    String digest = store(1, 40);
    cache = ArtifactCache.open(folder, 100, clock);
    assertThat(cache.find(digest))
        .hasValueSatisfying(file -> assertThat(file).hasBinaryContent(bytes(1, 40)));
  }

  @Test
  void what_was_used_longest_ago_goes_first_and_what_is_pinned_stays() throws Exception {
    String first = store(1, 40);
    String second = store(2, 40);
    cache.unpin(first);
    cache.unpin(second);
    cache.find(first);
    clock.advance(Duration.ofSeconds(1));
    store(3, 40);
    assertThat(cache.find(second)).isEmpty();
    assertThat(cache.find(first)).isPresent();
    cache.pin(first);
    FetchFailure full = catchThrowableOfType(FetchFailure.class, () -> store(4, 40));
    assertThat(full.worthRetryingSoon()).isFalse();
    assertThat(full).hasMessageContaining("artifact-cache-bytes");
    assertThat(cache.find(first)).isPresent();
  }

  @Test
  void a_wrong_digest_or_size_never_gets_its_name() throws Exception {
    String digest = Versions.sha256(bytes(1, 10));
    try (var writer = cache.store(digest, 10)) {
      writer.write(ByteString.copyFrom(bytes(2, 10)));
      assertThatThrownBy(writer::commit).hasMessageContaining("digest");
    }
    try (var writer = cache.store(digest, 10)) {
      writer.write(ByteString.copyFrom(bytes(1, 9)));
      assertThatThrownBy(writer::commit).hasMessageContaining("9 bytes");
    }
    try (var writer = cache.store(digest, 10)) {
      assertThatThrownBy(() -> writer.write(ByteString.copyFrom(bytes(1, 11))))
          .hasMessageContaining("more bytes");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_damaged_file_is_removed_instead_of_found() throws Exception {
    String digest = store(1, 40);
    Files.write(folder.resolve(digest), bytes(9, 40));
    assertThat(cache.find(digest)).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void room_that_was_reserved_for_an_artifact_that_did_not_come_is_free_again() throws Exception {
    try (var writer = cache.store(Versions.sha256(bytes(1, 90)), 90)) {
      writer.write(ByteString.copyFrom(bytes(1, 10)));
    }
    store(2, 90);
  }

  @Test
  void what_a_killed_process_left_unfinished_is_removed_at_start() throws Exception {
    Files.write(folder.resolve("new123.part"), bytes(1, 90));
    cache = ArtifactCache.open(folder, 100, clock);
    assertThat(folder).isEmptyDirectory();
  }
}
