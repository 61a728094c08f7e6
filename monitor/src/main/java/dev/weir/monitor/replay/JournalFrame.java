package dev.weir.monitor.replay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * One entry of a journal file.
 *
 * <pre>
 *   int32 length of the content   uint8 mark: 0 plain, 1 deflated, 2 end: full, 3 end: broken
 *   int64 number, from 0          content
 *                                 int32 CRC-32C of number, mark and content; all big-endian
 * </pre>
 *
 * @param number of the entry
 * @param mark as above
 * @param content the entry's bytes, deflated or not
 */
record JournalFrame(long number, int mark, byte[] content) {
  static final int PLAIN = 0;
  static final int DEFLATED = 1;

  /** The journal ends here: it is as long as it may be. */
  static final int FULL = 2;

  /** The journal ends here: entries are missing. */
  static final int BROKEN = 3;

  static final int HEADER_BYTES = 13;
  static final int TRAILER_BYTES = 4;

  /** Longest content, bytes. */
  static final int MOST_BYTES = 64 << 20;

  private static final int WORTH_DEFLATING = 128;

  /** The frame of an entry, deflated when that is shorter. */
  static JournalFrame of(long number, byte[] entry) {
    if (entry.length >= WORTH_DEFLATING) {
      byte[] deflated = deflate(entry);
      if (deflated.length < entry.length) {
        return new JournalFrame(number, DEFLATED, deflated);
      }
    }
    return new JournalFrame(number, PLAIN, entry);
  }

  /**
   * The frame that ends a journal.
   *
   * @param mark {@link #FULL} or {@link #BROKEN}
   */
  static JournalFrame end(long number, int mark) {
    return new JournalFrame(number, mark, new byte[0]);
  }

  /** Whether it says that the journal ends. */
  boolean isEnd() {
    return mark == FULL || mark == BROKEN;
  }

  int sizeBytes() {
    return HEADER_BYTES + content.length + TRAILER_BYTES;
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(sizeBytes())
        .putInt(content.length)
        .putLong(number)
        .put((byte) mark)
        .put(content)
        .putInt(checksum())
        .array();
  }

  int checksum() {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(9).putLong(number).put((byte) mark).flip());
    crc.update(content);
    return (int) crc.getValue();
  }

  /**
   * The entry.
   *
   * @throws IllegalArgumentException when it is damaged
   */
  byte[] entry() {
    return mark == DEFLATED ? inflate(content) : content;
  }

  private static byte[] deflate(byte[] entry) {
    try (var deflater = new Deflater(Deflater.BEST_SPEED)) {
      deflater.setInput(entry);
      deflater.finish();
      var out = new byte[entry.length];
      int length = deflater.deflate(out);
      return deflater.finished() ? Arrays.copyOf(out, length) : entry;
    }
  }

  private static byte[] inflate(byte[] content) {
    try (var inflater = new Inflater()) {
      inflater.setInput(content);
      var out = new ByteArrayOutputStream();
      var buffer = new byte[16_384];
      while (!inflater.finished()) {
        int length = inflater.inflate(buffer);
        if (length == 0 && !inflater.finished()) {
          throw new IllegalArgumentException("journal entry: its deflated content is cut short");
        }
        out.write(buffer, 0, length);
        if (out.size() > MOST_BYTES) {
          throw new IllegalArgumentException(
              "journal entry: over " + MOST_BYTES + " bytes (expected: at most that)");
        }
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("journal entry: " + e.getMessage(), e);
    }
  }
}
