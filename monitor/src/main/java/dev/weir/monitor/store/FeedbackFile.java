package dev.weir.monitor.store;

import dev.weir.monitor.intake.FeedbackEntry;
import dev.weir.platform.lifecycle.DataFolder;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The file of predictions and labels: entries one behind the other, to which is written at the end.
 * After a kill at any point it ends with a whole entry or with a part of one, which is not read.
 * Not thread-safe.
 *
 * <pre>
 *   int64   "WEIRLAB1"
 *   n x (int32 length, int32 CRC-32C of the entry, {@link FeedbackEntry} of that length)
 * </pre>
 */
public final class FeedbackFile {
  private static final long MAGIC = 0x5745_4952_4c41_4231L;
  private static final int MAGIC_BYTES = 8;

  /** No call that brings an entry is longer. */
  private static final int MOST_BYTES = 64 << 20;

  private final Path file;

  /** Where the last whole entry ends that this process has written; 0: the file begins anew. */
  private long end;

  /**
   * What was read.
   *
   * @param entries whole ones from the beginning on
   * @param sound there is nothing behind them but at most a part of an entry
   */
  public record Content(List<FeedbackEntry> entries, boolean sound) {}

  /**
   * @param file where it is
   */
  public FeedbackFile(Path file) {
    this.file = file;
  }

  /** What is in the file; nothing when there is none. What is written next begins it anew. */
  public Content load() throws IOException {
    var entries = new ArrayList<FeedbackEntry>();
    if (!Files.exists(file)) {
      return new Content(entries, true);
    }
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readLong() != MAGIC) {
        return new Content(entries, false);
      }
      while (true) {
        int length = in.readInt();
        int checksum = in.readInt();
        if (length < 0 || length > MOST_BYTES) {
          return new Content(entries, false);
        }
        byte[] entry = in.readNBytes(length);
        if (entry.length < length) {
          return new Content(entries, true);
        }
        if (checksum(entry) != checksum) {
          return new Content(entries, false);
        }
        entries.add(FeedbackEntry.of(entry));
      }
    } catch (EOFException cut) {
      return new Content(entries, true);
    } catch (IllegalArgumentException damaged) {
      return new Content(entries, false);
    }
  }

  /** Replaces the file; it is on disk when it returns. */
  void begin(List<FeedbackEntry> entries) throws IOException {
    byte[] content = frames(true, entries);
    DataFolder.replaceDurably(file, content);
    end = content.length;
  }

  /** Writes behind what was written; it is on disk when it returns. */
  void append(List<FeedbackEntry> entries) throws IOException {
    if (end == 0) {
      begin(entries);
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(frames(false, entries));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // a part of an entry, if the last write failed
      channel.truncate(end);
      channel.position(end);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    end += bytes.limit();
  }

  /**
   * Copies a file that is damaged, for people to look at.
   *
   * @return where it is now
   */
  Path setAside() throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".broken");
    Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
    return aside;
  }

  private static byte[] frames(boolean first, List<FeedbackEntry> entries) {
    var bytes = new ByteArrayOutputStream();
    if (first) {
      bytes.writeBytes(ByteBuffer.allocate(MAGIC_BYTES).putLong(MAGIC).array());
    }
    for (FeedbackEntry entry : entries) {
      byte[] content = entry.toBytes();
      bytes.writeBytes(
          ByteBuffer.allocate(8).putInt(content.length).putInt(checksum(content)).array());
      bytes.writeBytes(content);
    }
    return bytes.toByteArray();
  }

  private static int checksum(byte[] entry) {
    var crc = new CRC32C();
    crc.update(entry);
    return (int) crc.getValue();
  }
}
