package dev.weir.router.wire;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.inference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One output of an answer, read: its raw contents (little endian, elements of BYTES with 4 bytes of
 * length before each) or its typed contents. Immutable.
 *
 * @param name tensor name
 * @param datatype element type, as the protocol writes it
 * @param shape dimensions
 * @param elements the elements
 */
public record OutputTensor(String name, String datatype, List<Long> shape, Elements elements) {
  /** The elements in row-major order. */
  public sealed interface Elements {
    /** How many. */
    int count();

    /** FP16, BF16, FP32, FP64. */
    record Floating(double... values) implements Elements {
      @Override
      public int count() {
        return values.length;
      }
    }

    /** Integers and BOOL; unsigned 64-bit ones as the same bits. */
    record Whole(long... values) implements Elements {
      @Override
      public int count() {
        return values.length;
      }
    }

    /** BYTES. */
    record Texts(List<ByteString> values) implements Elements {
      @Override
      public int count() {
        return values.size();
      }
    }
  }

  /** Reads an answer's output; null: it has none of this name, or one that cannot be read. */
  public static @Nullable OutputTensor of(ModelInferResponse answer, String name) {
    for (int i = 0; i < answer.getOutputsCount(); i++) {
      if (answer.getOutputs(i).getName().equals(name)) {
        return of(answer, i);
      }
    }
    return null;
  }

  /** Reads the output at a place; null: it cannot be read. */
  public static @Nullable OutputTensor of(ModelInferResponse answer, int at) {
    ModelInferResponse.InferOutputTensor output = answer.getOutputs(at);
    Elements elements =
        at < answer.getRawOutputContentsCount()
            ? raw(output.getDatatype(), answer.getRawOutputContents(at))
            : typed(output.getDatatype(), output.getContents());
    return elements == null || elements.count() != volume(output.getShapeList())
        ? null
        : new OutputTensor(output.getName(), output.getDatatype(), output.getShapeList(), elements);
  }

  /** Elements of the last dimension; 1 for a scalar. */
  public int lastDimension() {
    return shape.isEmpty() ? 1 : Math.toIntExact(shape.getLast());
  }

  private static long volume(List<Long> shape) {
    long volume = 1;
    for (long dimension : shape) {
      if (dimension < 0 || dimension > Integer.MAX_VALUE) {
        return -1;
      }
      volume = Math.multiplyHigh(volume, dimension) == 0 ? volume * dimension : -1;
      if (volume < 0 || volume > Integer.MAX_VALUE) {
        return -1;
      }
    }
    return volume;
  }

  private static @Nullable Elements raw(String datatype, ByteString raw) {
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int size = raw.size();
    return switch (datatype) {
      case "FP16" -> floating(size, 2, i -> Float.float16ToFloat(bytes.getShort(2 * i)));
      case "BF16" -> floating(size, 2, i -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16));
      case "FP32" -> floating(size, 4, i -> bytes.getFloat(4 * i));
      case "FP64" -> floating(size, 8, i -> bytes.getDouble(8 * i));
      case "BOOL", "INT8" -> whole(size, 1, i -> bytes.get(i));
      case "UINT8" -> whole(size, 1, i -> bytes.get(i) & 0xff);
      case "INT16" -> whole(size, 2, i -> bytes.getShort(2 * i));
      case "UINT16" -> whole(size, 2, i -> bytes.getShort(2 * i) & 0xffff);
      case "INT32" -> whole(size, 4, i -> bytes.getInt(4 * i));
      case "UINT32" -> whole(size, 4, i -> bytes.getInt(4 * i) & 0xffff_ffffL);
      case "INT64", "UINT64" -> whole(size, 8, i -> bytes.getLong(8 * i));
      case "BYTES" -> texts(raw, bytes);
      default -> null;
    };
  }

  private interface FloatingAt {
    double at(int index);
  }

  private interface WholeAt {
    long at(int index);
  }

  private static @Nullable Elements floating(int bytes, int width, FloatingAt reader) {
    if (bytes % width != 0) {
      return null;
    }
    var values = new double[bytes / width];
    for (int i = 0; i < values.length; i++) {
      values[i] = reader.at(i);
    }
    return new Elements.Floating(values);
  }

  private static @Nullable Elements whole(int bytes, int width, WholeAt reader) {
    if (bytes % width != 0) {
      return null;
    }
    var values = new long[bytes / width];
    for (int i = 0; i < values.length; i++) {
      values[i] = reader.at(i);
    }
    return new Elements.Whole(values);
  }

  private static @Nullable Elements texts(ByteString raw, ByteBuffer bytes) {
    var values = new ArrayList<ByteString>();
    int at = 0;
    while (at < raw.size()) {
      if (raw.size() - at < 4) {
        return null;
      }
      int length = bytes.getInt(at);
      at += 4;
      if (length < 0 || length > raw.size() - at) {
        return null;
      }
      values.add(raw.substring(at, at + length));
      at += length;
    }
    return new Elements.Texts(List.copyOf(values));
  }

  private static @Nullable Elements typed(String datatype, InferTensorContents contents) {
    return switch (datatype) {
      case "FP32" ->
          new Elements.Floating(
              contents.getFp32ContentsList().stream().mapToDouble(Float::doubleValue).toArray());
      case "FP64" ->
          new Elements.Floating(
              contents.getFp64ContentsList().stream().mapToDouble(Double::doubleValue).toArray());
      case "BOOL" ->
          new Elements.Whole(
              contents.getBoolContentsList().stream().mapToLong(b -> b ? 1 : 0).toArray());
      case "INT8", "INT16", "INT32" ->
          new Elements.Whole(
              contents.getIntContentsList().stream().mapToLong(Integer::longValue).toArray());
      case "INT64" ->
          new Elements.Whole(
              contents.getInt64ContentsList().stream().mapToLong(Long::longValue).toArray());
      case "UINT8", "UINT16", "UINT32" ->
          new Elements.Whole(
              contents.getUintContentsList().stream().mapToLong(Integer::toUnsignedLong).toArray());
      case "UINT64" ->
          new Elements.Whole(
              contents.getUint64ContentsList().stream().mapToLong(Long::longValue).toArray());
      case "BYTES" -> new Elements.Texts(contents.getBytesContentsList());
      default -> null;
    };
  }
}
