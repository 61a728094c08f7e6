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
 * What a sample says about tensors: themselves, the class of each row, the confidence of each row.
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

  private static ByteBuffer elements(RawTensor tensor) {
    return tensor.raw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
