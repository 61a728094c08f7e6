package dev.weir.router.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A value that a request can be told apart by. Values of different kinds are different keys: the
 * text "42" and the number 42 belong to different sequences.
 */
public sealed interface KeyValue {
  /** A text, from metadata or a string parameter. */
  record Text(String value) implements KeyValue {}

  /** A signed or unsigned 64-bit number, as its bits. */
  record Whole(long value) implements KeyValue {}

  /** A truth value. */
  record Flag(boolean value) implements KeyValue {}

  /** A 64-bit float. */
  record Real(double value) implements KeyValue {}

  /** True for the empty text and the number 0, which the protocol takes for "none". */
  default boolean isNone() {
    return switch (this) {
      case Text(var value) -> value.isEmpty();
      case Whole(var value) -> value == 0;
      case Flag _, Real _ -> false;
    };
  }

  /**
   * The bytes that are hashed: one letter for the kind (t, n, b, d), then UTF-8 or 8 bytes
   * little-endian (one byte, 0 or 1, for a truth value).
   */
  default byte[] encoded() {
    return switch (this) {
      case Text(var value) -> {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        byte[] encoded = new byte[text.length + 1];
        encoded[0] = 't';
        System.arraycopy(text, 0, encoded, 1, text.length);
        yield encoded;
      }
      case Whole(var value) -> tagged('n', value);
      case Flag(var value) -> new byte[] {'b', (byte) (value ? 1 : 0)};
      case Real(var value) -> tagged('d', Double.doubleToLongBits(value));
    };
  }

  private static byte[] tagged(char tag, long bits) {
    return ByteBuffer.allocate(9)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) tag)
        .putLong(bits)
        .array();
  }
}
