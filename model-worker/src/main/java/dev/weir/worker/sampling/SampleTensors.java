package dev.weir.worker.sampling;

import com.google.protobuf.ByteString;
import dev.weir.proto.monitor.v1.SampleTensor;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sample says about tensors: themselves, the class, number and confidence of each row, and
 * the probabilities of the first.
 */
final class SampleTensors {
  private SampleTensors() {}

  /** The tensors; none when their elements together are over the limit. */
  static List<SampleTensor> copies(List<RawTensor> tensors, int maxBytes) {
    long bytes = tensors.stream().mapToLong(tensor -> tensor.raw().size()).sum();
    if (bytes > maxBytes) {
      return List.of();
    }
    return tensors.stream()
        .map(tensor ->
            SampleTensor.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.type().name())
                .addAllShape(tensor.shape())
                .setRaw(tensor.raw())
                .build())
        .toList();
  }

  /**
   * Elements of a class output in text form: integers in decimal, BOOL as 0 and 1, BYTES as UTF-8;
   * none for other types.
   */
  static List<String> classes(RawTensor tensor, int maxRows) {
    if (tensor.type() == TensorType.BYTES) {
      return RawBytes.elements(tensor.raw()).stream()
          .limit(maxRows)
          .map(ByteString::toStringUtf8)
          .toList();
    }
    ByteBuffer elements = elements(tensor);
    int rows = (int) Math.min(tensor.elements(), maxRows);
    var classes = new ArrayList<String>(rows);
    for (int row = 0; row < rows; row++) {
      switch (tensor.type()) {
        case BOOL, UINT8 -> classes.add(Integer.toString(Byte.toUnsignedInt(elements.get())));
        case INT8 -> classes.add(Byte.toString(elements.get()));
        case UINT16 -> classes.add(Integer.toString(Short.toUnsignedInt(elements.getShort())));
        case INT16 -> classes.add(Short.toString(elements.getShort()));
        case UINT32 -> classes.add(Integer.toUnsignedString(elements.getInt()));
        case INT32 -> classes.add(Integer.toString(elements.getInt()));
        case UINT64 -> classes.add(Long.toUnsignedString(elements.getLong()));
        case INT64 -> classes.add(Long.toString(elements.getLong()));
        case FP16, BF16, FP32, FP64, BYTES -> {
          return List.of();
        }
      }
    }
    return classes;
  }

  /**
   * The highest probability of each row, the last dimension being the classes; none for other types
   * than FP32 and FP64.
   */
  static List<Float> confidences(RawTensor tensor, int maxRows) {
    if (tensor.shape().isEmpty() || tensor.shape().getLast() == 0) {
      return List.of();
    }
    if (tensor.type() != TensorType.FP32 && tensor.type() != TensorType.FP64) {
      return List.of();
    }
    int classes = Math.toIntExact(tensor.shape().getLast());
    int rows = (int) Math.min(tensor.elements() / classes, maxRows);
    ByteBuffer elements = elements(tensor);
    var confidences = new ArrayList<Float>(rows);
    for (int row = 0; row < rows; row++) {
      double highest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < classes; i++) {
        double value =
            tensor.type() == TensorType.FP32 ? elements.getFloat() : elements.getDouble();
        highest = Math.max(highest, value);
      }
      confidences.add((float) highest);
    }
    return confidences;
  }

  /**
   * Class probabilities of the first row, the last dimension being the classes; none for other
   * types than FP32 and FP64, and none when there are more classes than {@code maxClasses}: a part
   * of them would be taken for all.
   */
  static List<Float> firstRow(RawTensor tensor, int maxClasses) {
    if (tensor.shape().isEmpty() || tensor.elements() == 0) {
      return List.of();
    }
    if (tensor.type() != TensorType.FP32 && tensor.type() != TensorType.FP64) {
      return List.of();
    }
    long classes = tensor.shape().getLast();
    if (classes > maxClasses) {
      return List.of();
    }
    ByteBuffer elements = elements(tensor);
    var row = new ArrayList<Float>((int) classes);
    for (int i = 0; i < classes; i++) {
      row.add((float) number(tensor.type(), elements));
    }
    return row;
  }

  /**
   * Elements of a value output, one for each row: numbers as they are, 64-bit integers beyond 2^53
   * rounded; none for BOOL and BYTES, and none for a tensor with several elements in a row (by its
   * outermost dimension), of which none is the row's number.
   */
  static List<Double> values(RawTensor tensor, int maxRows) {
    if (tensor.type() == TensorType.BYTES || tensor.type() == TensorType.BOOL) {
      return List.of();
    }
    if (!tensor.shape().isEmpty() && tensor.elements() != tensor.shape().getFirst()) {
      return List.of();
    }
    ByteBuffer elements = elements(tensor);
    int rows = (int) Math.min(tensor.elements(), maxRows);
    var values = new ArrayList<Double>(rows);
    for (int row = 0; row < rows; row++) {
      values.add(number(tensor.type(), elements));
    }
    return values;
  }

  private static double number(TensorType type, ByteBuffer elements) {
    return switch (type) {
      case UINT8 -> Byte.toUnsignedInt(elements.get());
      case INT8 -> elements.get();
      case UINT16 -> Short.toUnsignedInt(elements.getShort());
      case INT16 -> elements.getShort();
      case UINT32 -> Integer.toUnsignedLong(elements.getInt());
      case INT32 -> elements.getInt();
      case UINT64 -> unsigned(elements.getLong());
      case INT64 -> elements.getLong();
      case FP16 -> Float.float16ToFloat(elements.getShort());
      case BF16 -> Float.intBitsToFloat(Short.toUnsignedInt(elements.getShort()) << 16);
      case FP32 -> elements.getFloat();
      case FP64 -> elements.getDouble();
      case BOOL, BYTES -> throw new IllegalArgumentException(type + " is no number");
    };
  }

  /** The closest double, rounded to odd before it is doubled so that it is rounded once. */
  private static double unsigned(long bits) {
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  private static ByteBuffer elements(RawTensor tensor) {
    return tensor.raw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
