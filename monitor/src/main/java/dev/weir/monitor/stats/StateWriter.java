package dev.weir.monitor.stats;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes state, big-endian, after a version byte and a kind byte. */
public final class StateWriter {
  private byte[] bytes = new byte[256];
  private int size;

  public StateWriter(int version, byte kind) {
    uint8(version).uint8(kind);
  }

  public StateWriter uint8(int value) {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException("not an unsigned byte: " + value);
    }
    grow(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public StateWriter uint16(int value) {
    return uint8(value >>> 8).uint8(value & 0xff);
  }

  public StateWriter int64(long value) {
    grow(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  public StateWriter float64(double value) {
    return int64(Double.doubleToLongBits(value));
  }

  public StateWriter float64s(double[] values) {
    for (double value : values) {
      float64(value);
    }
    return this;
  }

  /** A count byte, then the numbers. */
  public StateWriter float64List(List<Double> values) {
    uint8(values.size());
    for (double value : values) {
      float64(value);
    }
    return this;
  }

  /** Two length bytes, then UTF-8. */
  public StateWriter text(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    uint16(encoded.length);
    grow(encoded.length);
    System.arraycopy(encoded, 0, bytes, size, encoded.length);
    size += encoded.length;
    return this;
  }

  /** Four length bytes, then the bytes. */
  public StateWriter bytes(byte[] value) {
    uint16(value.length >>> 16).uint16(value.length & 0xffff);
    grow(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void grow(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
