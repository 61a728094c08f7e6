package dev.weir.monitor.watch;

import dev.weir.proto.monitor.v1.SampleTensor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The elements of a sample's tensor, by row and column: the last dimension is the columns, all
 * others together the rows; a tensor of one dimension has one column. Immutable.
 */
public final class TensorValues {
  private final ByteBuffer raw;
  private final int elementBytes;
  private final String datatype;
  private final int columns;
  private final int rows;
  private final String[] texts;

  private TensorValues(SampleTensor tensor, int elementBytes, int maxRows) {
    this.raw = tensor.getRaw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    this.datatype = tensor.getDatatype();
    this.elementBytes = elementBytes;
    this.columns = columns(tensor);
    this.texts = elementBytes == 0 ? texts(raw) : new String[0];
    int elements = elementBytes == 0 ? texts.length : raw.limit() / elementBytes;
    this.rows = Math.min(maxRows, elements / columns);
  }

  /**
   * Reads a tensor; of a type that has no values that can be watched (FP16, BF16) it has no rows.
   *
   * @param maxRows further rows are not looked at
   */
  public static TensorValues of(SampleTensor tensor, int maxRows) {
    return new TensorValues(tensor, elementBytes(tensor.getDatatype()), maxRows);
  }

  private static int elementBytes(String datatype) {
    return switch (datatype) {
      case "BOOL", "INT8", "UINT8" -> 1;
      case "INT16", "UINT16" -> 2;
      case "INT32", "UINT32", "FP32" -> 4;
      case "INT64", "UINT64", "FP64" -> 8;
      case "BYTES" -> 0;
      default -> Integer.MAX_VALUE;
    };
  }

  private static int columns(SampleTensor tensor) {
    int dimensions = tensor.getShapeCount();
    if (dimensions < 2) {
      return 1;
    }
    return (int) Math.clamp(tensor.getShape(dimensions - 1), 1L, Integer.MAX_VALUE);
  }

  private static String[] texts(ByteBuffer raw) {
    var found = new java.util.ArrayList<String>();
    ByteBuffer rest = raw.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (rest.hasRemaining()) {
        int length = rest.getInt();
        if (length < 0 || length > rest.remaining()) {
          break;
        }
        var bytes = new byte[length];
        rest.get(bytes);
        found.add(new String(bytes, StandardCharsets.UTF_8));
      }
    } catch (BufferUnderflowException cutOff) {
      // A sample is cut off where it was too long: what is whole is used.
      return found.toArray(String[]::new);
    }
    return found.toArray(String[]::new);
  }

  /** Rows that are whole, at most as many as were asked for. */
  public int rows() {
    return rows;
  }

  /** Columns. */
  public int columns() {
    return columns;
  }

  /** An element as a number; NaN for text that is none. */
  public double number(int row, int column) {
    int place = row * columns + column;
    int at = place * elementBytes;
    return switch (datatype) {
      case "FP32" -> raw.getFloat(at);
      case "FP64" -> raw.getDouble(at);
      case "INT64", "UINT64" -> raw.getLong(at);
      case "INT32" -> raw.getInt(at);
      case "UINT32" -> Integer.toUnsignedLong(raw.getInt(at));
      case "INT16" -> raw.getShort(at);
      case "UINT16" -> Short.toUnsignedInt(raw.getShort(at));
      case "BOOL", "UINT8" -> raw.get(at) & 0xff;
      case "INT8" -> raw.get(at);
      default -> parsed(texts[place]);
    };
  }

  private static double parsed(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException notANumber) {
      return Double.NaN;
    }
  }

  /** An element as text, whole numbers without a point: as references write categories. */
  public String text(int row, int column) {
    return texts.length > 0 ? texts[row * columns + column] : category(number(row, column));
  }

  /** A number as references write it. */
  public static String category(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
