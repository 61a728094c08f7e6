package dev.weir.worker.tensor;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Element type of a tensor, in the inference protocol's words. */
public enum TensorType {
  BOOL(1),
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  FP16(2),
  BF16(2),
  FP32(4),
  FP64(8),
  /** Elements of any length, each preceded by its length in raw form. */
  BYTES(0);

  private static final Map<String, TensorType> BY_NAME =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

  private final int sizeBytes;

  TensorType(int sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  /** The type of this name, when there is one. */
  public static Optional<TensorType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Whether all elements have one size; false for BYTES alone. */
  public boolean hasFixedSize() {
    return sizeBytes > 0;
  }

  /** Size of one element, bytes; 0 for BYTES. */
  public int sizeBytes() {
    return sizeBytes;
  }
}
