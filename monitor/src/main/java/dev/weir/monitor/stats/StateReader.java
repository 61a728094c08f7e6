package dev.weir.monitor.stats;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what {@link StateWriter} wrote. Damaged bytes end in an {@link IllegalArgumentException}
 * that says where, never in an allocation larger than the bytes themselves.
 */
public final class StateReader {
  private final String what;
  private final byte[] bytes;
  private int at;

  /**
   * @param what name of the statistic, for messages
   */
  public StateReader(String what, int version, byte kind, byte[] bytes) {
    this.what = what;
    this.bytes = bytes;
    expect("version", uint8(), version);
    expect("kind", uint8(), kind);
  }

  /** The kind byte of any state. */
  public static byte kindOf(byte[] bytes) {
    if (bytes.length < 2) {
      throw new IllegalArgumentException("state: " + bytes.length + " bytes (expected: 2 or more)");
    }
    return bytes[1];
  }

  public int uint8() {
    need(1);
    return bytes[at++] & 0xff;
  }

  public int uint16() {
    return uint8() << 8 | uint8();
  }

  public long int64() {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (bytes[at++] & 0xff);
    }
    return value;
  }

  /** A number that is not negative. */
  public long count() {
    long value = int64();
    if (value < 0) {
      throw damaged("count " + value + " (expected: 0 or more)");
    }
    return value;
  }

  /** A number that is not NaN. */
  public double float64() {
    double value = Double.longBitsToDouble(int64());
    if (Double.isNaN(value)) {
      throw damaged("NaN (expected: a number)");
    }
    return value;
  }

  public double[] float64s(int length) {
    need(8 * length);
    var values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = float64();
    }
    return values;
  }

  public List<Double> float64List() {
    int length = uint8();
    need(8 * length);
    var values = new ArrayList<Double>(length);
    for (int i = 0; i < length; i++) {
      values.add(float64());
    }
    return values;
  }

  public String text() {
    int length = uint16();
    need(length);
    var value = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return value;
  }

  /** Bytes with their length before them. */
  public byte[] bytes() {
    long length = (long) uint16() << 16 | uint16();
    if (length > bytes.length - at) {
      throw damaged(bytes.length - at + " bytes left (expected: at least " + length + ")");
    }
    byte[] value = Arrays.copyOfRange(bytes, at, at + (int) length);
    at += (int) length;
    return value;
  }

  public int remaining() {
    return bytes.length - at;
  }

  /** Refuses bytes that are left over. */
  public void end() {
    if (at != bytes.length) {
      throw damaged(bytes.length - at + " bytes too many (expected: none)");
    }
  }

  public void expect(String field, long found, long expected) {
    if (found != expected) {
      throw damaged(field + " " + found + " (expected: " + expected + ")");
    }
  }

  public IllegalArgumentException damaged(String problem) {
    return new IllegalArgumentException(what + " state, byte " + at + ": " + problem);
  }

  private void need(int length) {
    if (bytes.length - at < length) {
      throw damaged(bytes.length - at + " bytes left (expected: at least " + length + ")");
    }
  }
}
