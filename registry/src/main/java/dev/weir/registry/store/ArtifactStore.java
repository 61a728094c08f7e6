package dev.weir.registry.store;

import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.registry.model.Names;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Artifacts as files named by their digest: {@code sha256/ab/cdef...}. Bytes are written under
 * {@code incoming/}, made durable, and only then get their name: a file that has a name is whole.
 * What a crash leaves in {@code incoming/} is removed at the next start. Thread-safe.
 */
public final class ArtifactStore {
  private final Path incoming;
  private final Path named;
  private final long maxBytes;
  private final ArtifactFile.Creator creator;
  private final AtomicLong uploads = new AtomicLong();

  private ArtifactStore(Path folder, long maxBytes, ArtifactFile.Creator creator) {
    this.incoming = folder.resolve("incoming");
    this.named = folder.resolve("sha256");
    this.maxBytes = maxBytes;
    this.creator = creator;
  }

  /**
   * Opens the folder, creating it when it is not there, and removes what earlier uploads left
   * unfinished.
   *
   * @param maxBytes largest artifact taken
   * @throws StartFailure when the folder cannot be used
   */
  public static ArtifactStore open(Path folder, long maxBytes) {
    return open(folder, maxBytes, ArtifactFile::onDisk);
  }

  static ArtifactStore open(Path folder, long maxBytes, ArtifactFile.Creator creator) {
    var store = new ArtifactStore(folder, maxBytes, creator);
    try {
      Files.createDirectories(store.incoming);
      Files.createDirectories(store.named);
      for (Path orphan : list(store.incoming)) {
        Files.delete(orphan);
      }
      DataFolder.syncFolder(folder);
    } catch (IOException e) {
      throw new StartFailure(
          73, "artifact folder " + folder + " cannot be written (" + e + "); free space or fix it");
    }
    return store;
  }

  /** Begins an upload; close it in any case. */
  public ArtifactUpload begin() {
    try {
      return new ArtifactUpload(
          incoming.resolve(uploads.incrementAndGet() + ".part"), maxBytes, creator, this::nameOf);
    } catch (IOException e) {
      throw StoreException.of("storing an artifact", e);
    }
  }

  /** Where an artifact's bytes are, when it is here. */
  public Optional<Path> find(String sha256) {
    Path file = nameOf(sha256);
    return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
  }

  /**
   * Opens an artifact for reading.
   *
   * @return empty when it is not here
   */
  public Optional<InputStream> read(String sha256) {
    try {
      return Optional.of(Files.newInputStream(nameOf(sha256)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw StoreException.of("reading artifact " + sha256, e);
    }
  }

  /** Size of an artifact; empty when it is not here. */
  public Optional<Long> sizeBytes(String sha256) {
    try {
      return Optional.of(Files.size(nameOf(sha256)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw StoreException.of("reading artifact " + sha256, e);
    }
  }

  /**
   * Removes artifacts that no version names: uploads whose commit a crash prevented. Only while
   * nothing is being uploaded.
   *
   * @return digests removed
   */
  public List<String> removeAllBut(Set<String> wanted) {
    var removed = new ArrayList<String>();
    try {
      for (Path folder : list(named)) {
        for (Path file : list(folder)) {
          String sha256 = String.valueOf(folder.getFileName()) + file.getFileName();
          if (!wanted.contains(sha256)) {
            Files.delete(file);
            removed.add(sha256);
          }
        }
      }
    } catch (IOException e) {
      throw StoreException.of("removing artifacts that no version names", e);
    }
    return removed;
  }

  private Path nameOf(String sha256) {
    Names.sha256("sha256", sha256);
    return named.resolve(sha256.substring(0, 2)).resolve(sha256.substring(2));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
