package dev.weir.monitor.intake;

import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Byte strings of an image that may be damaged. They are read in pieces, so that a length that is
 * not true ends in an {@link java.io.EOFException}, never in an allocation much larger than what is
 * there.
 */
public final class ImageBytes {
  private static final int PIECE = 1 << 16;

  private ImageBytes() {}

  /**
   * Reads a byte string with its length, an int32, before it.
   *
   * @throws IOException when the length is negative or there are fewer bytes
   */
  public static byte[] read(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("length " + length + " (expected: 0 or more)");
    }
    var bytes = new byte[Math.min(length, PIECE)];
    int read = 0;
    while (true) {
      in.readFully(bytes, read, bytes.length - read);
      read = bytes.length;
      if (read == length) {
        return bytes;
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * read));
    }
  }
}
