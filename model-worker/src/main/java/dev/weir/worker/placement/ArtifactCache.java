package dev.weir.worker.placement;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts on disk, each in a file named by its digest. What is pinned stays; of the rest, what
 * was used longest ago goes first when room is needed. A file under its final name is whole: it was
 * written beside, checked, synced and renamed. Thread-safe.
 *
 * <p>Invariant: {@code stored + reserved <= maxBytes} after each store.
 */
public final class ArtifactCache {
  private static final String UNFINISHED = ".part";
  private static final int BUFFER_BYTES = 1 << 16;
  private static final Logger LOG = LoggerFactory.getLogger(ArtifactCache.class);

  private final Path folder;
  private final long maxBytes;
  private final Clock clock;

  @GuardedBy("this")
  private final Map<String, Integer> pins = new HashMap<>();

  @GuardedBy("this")
  private long reservedBytes;

  private record Stored(Path file, long sizeBytes, FileTime usedAt) {}

  private ArtifactCache(Path folder, long maxBytes, Clock clock) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /**
   * Opens the folder, creating it when it is not there, and removes what an earlier process did not
   * finish.
   *
   * @param maxBytes bound of all files together
   */
  public static ArtifactCache open(Path folder, long maxBytes, Clock clock) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().endsWith(UNFINISHED)) {
          Files.delete(file);
        }
      }
    }
    return new ArtifactCache(folder, maxBytes, clock);
  }

  /** Keeps the artifact, present or to come, until it is unpinned as often. */
  synchronized void pin(String sha256) {
    pins.merge(sha256, 1, Integer::sum);
  }

  /** Takes one pin away. */
  synchronized void unpin(String sha256) {
    pins.computeIfPresent(sha256, (_, count) -> count == 1 ? null : count - 1);
  }

  /**
   * The artifact's file, when it is here and its digest is still right. A damaged one is removed.
   * Pin it before.
   */
  Optional<Path> find(String sha256) throws IOException {
    Path file = folder.resolve(sha256);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (!digestOf(file).equals(sha256)) {
      LOG.atError().addKeyValue("artifact", sha256).log("cached artifact is damaged, removed");
      Files.deleteIfExists(file);
      return Optional.empty();
    }
    Files.setLastModifiedTime(file, FileTime.from(clock.now()));
    return Optional.of(file);
  }

  /** Begins to store an artifact, making room for it. */
  Writer store(String sha256, long sizeBytes) throws IOException, FetchFailure {
    reserve(sizeBytes);
    try {
      return new Writer(sha256, sizeBytes, Files.createTempFile(folder, "new", UNFINISHED));
    } catch (IOException e) {
      release(sizeBytes);
      throw e;
    }
  }

  private synchronized void reserve(long sizeBytes) throws IOException, FetchFailure {
    List<Stored> stored = stored();
    long usedBytes = reservedBytes + stored.stream().mapToLong(Stored::sizeBytes).sum();
    Set<String> pinned = Set.copyOf(pins.keySet());
    List<Stored> evictable =
        stored.stream()
            .filter(s -> !pinned.contains(s.file().getFileName().toString()))
            .sorted(Comparator.comparing(Stored::usedAt))
            .toList();
    var victims = new ArrayList<Stored>();
    for (Stored candidate : evictable) {
      if (usedBytes + sizeBytes <= maxBytes) {
        break;
      }
      victims.add(candidate);
      usedBytes -= candidate.sizeBytes();
    }
    if (usedBytes + sizeBytes > maxBytes) {
      throw new FetchFailure(
          false,
          "artifact of %d bytes does not fit: the cache of %d bytes holds %d that are in use; raise artifact-cache-bytes"
              .formatted(sizeBytes, maxBytes, usedBytes));
    }
    for (Stored victim : victims) {
      Files.deleteIfExists(victim.file());
      LOG.atInfo()
          .addKeyValue("artifact", victim.file().getFileName())
          .addKeyValue("bytes", victim.sizeBytes())
          .log("artifact evicted");
    }
    reservedBytes += sizeBytes;
  }

  private synchronized void release(long sizeBytes) {
    reservedBytes -= sizeBytes;
  }

  private List<Stored> stored() throws IOException {
    var stored = new ArrayList<Stored>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!file.getFileName().toString().endsWith(UNFINISHED)) {
          stored.add(new Stored(file, Files.size(file), Files.getLastModifiedTime(file)));
        }
      }
    }
    return stored;
  }

  private static String digestOf(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      var buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** An artifact on its way to disk. Used by one thread. */
  final class Writer implements AutoCloseable {
    private final String sha256;
    private final long sizeBytes;
    private final Path temporary;
    private final FileChannel channel;
    private final MessageDigest digest = sha256();
    private long writtenBytes;

    private Writer(String sha256, long sizeBytes, Path temporary) throws IOException {
      this.sha256 = sha256;
      this.sizeBytes = sizeBytes;
      this.temporary = temporary;
      this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
    }

    void write(ByteString chunk) throws IOException, FetchFailure {
      writtenBytes += chunk.size();
      if (writtenBytes > sizeBytes) {
        throw new FetchFailure(
            false,
            "artifact " + sha256 + ": more bytes than announced (expected: " + sizeBytes + ")");
      }
      for (ByteBuffer buffer : chunk.asReadOnlyByteBufferList()) {
        digest.update(buffer.duplicate());
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    }

    /** Checks size and digest, and puts the file in its place, durably. */
    Path commit() throws IOException, FetchFailure {
      String found = HexFormat.of().formatHex(digest.digest());
      if (writtenBytes != sizeBytes || !found.equals(sha256)) {
        throw new FetchFailure(
            false,
            "artifact: %d bytes with digest %s (expected: %d bytes with digest %s)"
                .formatted(writtenBytes, found, sizeBytes, sha256));
      }
      channel.force(true);
      Path file = folder.resolve(sha256);
      Files.setLastModifiedTime(temporary, FileTime.from(clock.now()));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DataFolder.syncFolder(folder);
      return file;
    }

    @Override
    public void close() throws IOException {
      try {
        channel.close();
        Files.deleteIfExists(temporary);
      } finally {
        release(sizeBytes);
      }
    }
  }
}
