package dev.weir.worker.tensor;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The raw form of BYTES tensors: each element preceded by its length in 4 bytes, little-endian. */
public final class RawBytes {
  private static final int LENGTH_BYTES = 4;

  private RawBytes() {}

  /** Number of elements; empty when the lengths do not add up to the size. */
  public static OptionalLong count(ByteString raw) {
    ByteBuffer left = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long count = 0;
    while (left.hasRemaining()) {
      if (left.remaining() < LENGTH_BYTES) {
        return OptionalLong.empty();
      }
      int length = left.getInt();
      if (length < 0 || length > left.remaining()) {
        return OptionalLong.empty();
      }
      left.position(left.position() + length);
      count++;
    }
    return OptionalLong.of(count);
  }

  /**
   * The elements.
   *
   * @throws IllegalArgumentException when {@link #count} is empty
   */
  public static List<ByteString> elements(ByteString raw) {
    var elements = new ArrayList<ByteString>();
    int position = 0;
    while (position < raw.size()) {
      if (raw.size() - position < LENGTH_BYTES) {
        throw new IllegalArgumentException("BYTES tensor ends within a length");
      }
      int length =
          raw.substring(position, position + LENGTH_BYTES)
              .asReadOnlyByteBuffer()
              .order(ByteOrder.LITTLE_ENDIAN)
              .getInt();
      position += LENGTH_BYTES;
      if (length < 0 || length > raw.size() - position) {
        throw new IllegalArgumentException("BYTES tensor ends within an element");
      }
      elements.add(raw.substring(position, position + length));
      position += length;
    }
    return elements;
  }

  /** The raw form of some elements. */
  public static ByteString of(List<ByteString> elements) {
    long size = 0;
    for (ByteString element : elements) {
      size += LENGTH_BYTES + element.size();
    }
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteString element : elements) {
      out.putInt(element.size());
      element.copyTo(out);
    }
    return ByteString.copyFrom(out.flip());
  }
}
