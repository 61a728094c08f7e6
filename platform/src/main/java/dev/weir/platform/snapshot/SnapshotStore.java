package dev.weir.platform.snapshot;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.lifecycle.DataFolder;
import dev.weir.proto.route.v1.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good snapshot on disk, so that a restarted process can work while the registry is down.
 */
public final class SnapshotStore {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);

  private final Path file;

  /**
   * @param file file that holds it
   */
  public SnapshotStore(Path file) {
    this.file = file;
  }

  /**
   * The snapshot kept, when there is one that can be read. A broken file is reported and left as it
   * is.
   */
  public Optional<Snapshot> load() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Snapshot.parseFrom(Files.readAllBytes(file)));
    } catch (InvalidProtocolBufferException e) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .log("kept snapshot is broken, waiting for the registry");
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("snapshot " + file + " cannot be read", e);
    }
  }

  /** Keeps a snapshot. */
  public void save(Snapshot snapshot) throws IOException {
    DataFolder.replaceDurably(file, snapshot.toByteArray());
  }
}
