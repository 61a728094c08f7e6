package dev.weir.registry.store;

import com.google.protobuf.ByteString;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.lifecycle.DataFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An artifact that is on its way in. Its digest is computed while the bytes come. Used by one
 * thread at a time.
 */
public final class ArtifactUpload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArtifactUpload.class);

  private final Path temporary;
  private final ArtifactFile file;
  private final long maxBytes;
  private final Function<String, Path> nameOf;
  private final MessageDigest digest = sha256();
  private long sizeBytes;
  private @Nullable Arrived sealed;

  /** What arrived. */
  public record Arrived(String sha256, long sizeBytes) {}

  ArtifactUpload(
      Path temporary, long maxBytes, ArtifactFile.Creator creator, Function<String, Path> nameOf)
      throws IOException {
    this.temporary = temporary;
    this.file = creator.create(temporary);
    this.maxBytes = maxBytes;
    this.nameOf = nameOf;
  }

  /**
   * Takes the next bytes.
   *
   * @throws InvalidValueException when the artifact gets larger than allowed
   * @throws StoreException when they cannot be written
   */
  public void write(ByteString bytes) {
    if (sizeBytes + bytes.size() > maxBytes) {
      throw new InvalidValueException(
          "artifact size in bytes",
          "more than " + maxBytes,
          "at most " + maxBytes + ", the registry's max-artifact-bytes");
    }
    sizeBytes += bytes.size();
    try {
      for (ByteBuffer part : bytes.asReadOnlyByteBufferList()) {
        digest.update(part.duplicate());
        file.write(part);
      }
    } catch (IOException e) {
      throw StoreException.of("storing an artifact", e);
    }
  }

  /** What has arrived. No bytes can follow. */
  public Arrived seal() {
    if (sealed == null) {
      sealed = new Arrived(HexFormat.of().formatHex(digest.digest()), sizeBytes);
    }
    return sealed;
  }

  /**
   * Makes the bytes durable under their digest. After that the artifact is found.
   *
   * @throws StoreException when that fails; then it is not found
   */
  public Arrived finish() {
    Arrived arrived = seal();
    Path name = nameOf.apply(arrived.sha256());
    Path folder = name.getParent();
    if (folder == null) {
      throw new IllegalStateException("no folder: " + name);
    }
    try {
      file.force();
      file.close();
      if (Files.exists(name)) {
        Files.delete(temporary);
      } else {
        boolean newFolder = !Files.isDirectory(folder);
        Files.createDirectories(folder);
        Files.move(temporary, name, StandardCopyOption.ATOMIC_MOVE);
        Path above = folder.getParent();
        if (newFolder && above != null) {
          DataFolder.syncFolder(above);
        }
      }
      // also when it was there: whoever put it may have crashed before this
      DataFolder.syncFolder(folder);
    } catch (IOException e) {
      throw StoreException.of("storing an artifact", e);
    }
    return arrived;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Removes what did not get a name. Idempotent. */
  @Override
  public void close() {
    try {
      file.close();
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", temporary)
          .addKeyValue("reason", e.toString())
          .log("unfinished artifact cannot be removed; the next start tries again");
    }
  }
}
