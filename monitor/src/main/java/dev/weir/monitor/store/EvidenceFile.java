package dev.weir.monitor.store;

import dev.weir.platform.lifecycle.DataFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file that holds the evidence: an image and its CRC-32C (8 bytes, big-endian) behind it. After
 * a crash at any point the old or the new image is there, whole. It is the owner's alone.
 */
public final class EvidenceFile {
  private static final int CHECKSUM_BYTES = 8;

  private final Path file;

  /**
   * @param file where it is
   */
  public EvidenceFile(Path file) {
    this.file = file;
  }

  /** The image kept; empty when there is none. */
  public Optional<byte[]> load() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] content = Files.readAllBytes(file);
    if (content.length < CHECKSUM_BYTES) {
      throw new IOException(file + ": " + content.length + " bytes (expected: 8 or more)");
    }
    byte[] image = Arrays.copyOf(content, content.length - CHECKSUM_BYTES);
    long kept = ByteBuffer.wrap(content).getLong(image.length);
    if (kept != checksum(image)) {
      throw new IOException(file + ": checksum does not fit its content");
    }
    return Optional.of(image);
  }

  /** Replaces the image. */
  public void save(byte[] image) throws IOException {
    DataFolder.replaceDurably(
        file,
        ByteBuffer.allocate(image.length + CHECKSUM_BYTES)
            .put(image)
            .putLong(checksum(image))
            .array());
  }

  /**
   * Moves a file that cannot be used out of the way, for people to look at.
   *
   * @return where it is now
   */
  public Path setAside() throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".broken");
    Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    return aside;
  }

  /** Removes the image; there may be none. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      DataFolder.syncFolder(folder);
    }
  }

  private static long checksum(byte[] image) {
    var crc = new CRC32C();
    crc.update(image);
    return crc.getValue();
  }
}
