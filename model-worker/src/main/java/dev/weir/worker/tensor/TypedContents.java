package dev.weir.worker.tensor;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.weir.proto.inference.InferTensorContents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The typed form of tensor elements: one list per kind of element, of which the datatype says which
 * is used.
 */
public final class TypedContents {
  private TypedContents() {}

  /** Elements in the list that a datatype uses; -1 for FP16 and BF16, which have no typed form. */
  public static int count(TensorType type, InferTensorContents contents) {
    return switch (type) {
      case BOOL -> contents.getBoolContentsCount();
      case INT8, INT16, INT32 -> contents.getIntContentsCount();
      case INT64 -> contents.getInt64ContentsCount();
      case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
      case UINT64 -> contents.getUint64ContentsCount();
      case FP32 -> contents.getFp32ContentsCount();
      case FP64 -> contents.getFp64ContentsCount();
      case BYTES -> contents.getBytesContentsCount();
      case FP16, BF16 -> -1;
    };
  }

  /** Elements in all lists together. */
  public static long countAll(InferTensorContents contents) {
    return (long) contents.getBoolContentsCount()
        + contents.getIntContentsCount()
        + contents.getInt64ContentsCount()
        + contents.getUintContentsCount()
        + contents.getUint64ContentsCount()
        + contents.getFp32ContentsCount()
        + contents.getFp64ContentsCount()
        + contents.getBytesContentsCount();
  }

  /**
   * Whether each element of the narrow types (INT8, INT16, UINT8, UINT16), which travel in 32 bits,
   * is in range.
   */
  public static boolean inRange(TensorType type, InferTensorContents contents) {
    return switch (type) {
      case INT8 -> contents.getIntContentsList().stream().allMatch(v -> v == v.byteValue());
      case INT16 -> contents.getIntContentsList().stream().allMatch(v -> v == v.shortValue());
      case UINT8 -> contents.getUintContentsList().stream().allMatch(v -> v >>> 8 == 0);
      case UINT16 -> contents.getUintContentsList().stream().allMatch(v -> v >>> 16 == 0);
      case BOOL, UINT32, UINT64, INT32, INT64, FP16, BF16, FP32, FP64, BYTES -> true;
    };
  }

  /** The same elements in raw form. */
  public static ByteString toRaw(TensorType type, InferTensorContents contents) {
    if (type == TensorType.BYTES) {
      return RawBytes.of(contents.getBytesContentsList());
    }
    int count = count(type, contents);
    if (count < 0) {
      throw new IllegalArgumentException(type + " has no typed form");
    }
    ByteBuffer out =
        ByteBuffer.allocate(Math.multiplyExact(count, type.sizeBytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      switch (type) {
        case BOOL -> out.put((byte) (contents.getBoolContents(i) ? 1 : 0));
        case INT8 -> out.put((byte) contents.getIntContents(i));
        case INT16 -> out.putShort((short) contents.getIntContents(i));
        case INT32 -> out.putInt(contents.getIntContents(i));
        case INT64 -> out.putLong(contents.getInt64Contents(i));
        case UINT8 -> out.put((byte) contents.getUintContents(i));
        case UINT16 -> out.putShort((short) contents.getUintContents(i));
        case UINT32 -> out.putInt(contents.getUintContents(i));
        case UINT64 -> out.putLong(contents.getUint64Contents(i));
        case FP32 -> out.putFloat(contents.getFp32Contents(i));
        case FP64 -> out.putDouble(contents.getFp64Contents(i));
        case FP16, BF16, BYTES -> throw new IllegalStateException("handled above: " + type);
      }
    }
    return UnsafeByteOperations.unsafeWrap(out.flip());
  }
}
