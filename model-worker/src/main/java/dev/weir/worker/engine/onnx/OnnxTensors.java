package dev.weir.worker.engine.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.TensorType;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Tensors across the border to native memory, in raw form on our side. */
final class OnnxTensors {
  private static final long ALIGNMENT_BYTES = 64;

  private OnnxTensors() {}

  /**
   * Makes a tensor, to be closed by the caller before the arena.
   *
   * @param arena owns the elements
   */
  static OnnxTensor toNative(OrtEnvironment environment, Arena arena, RawTensor tensor)
      throws OrtException, EngineFailure {
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    if (tensor.type() == TensorType.BYTES) {
      return OnnxTensor.createTensor(environment, texts(tensor), shape);
    }
    OnnxJavaType type =
        OnnxTypes.javaType(tensor.type())
            .orElseThrow(() -> new IllegalStateException("refused at load: " + tensor.type()));
    ByteBuffer elements =
        arena
            .allocate(tensor.raw().size(), ALIGNMENT_BYTES)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    tensor.raw().copyTo(elements);
    return OnnxTensor.createTensor(environment, elements.flip(), shape, type);
  }

  private static String[] texts(RawTensor tensor) throws EngineFailure {
    List<ByteString> elements = RawBytes.elements(tensor.raw());
    var texts = new String[elements.size()];
    for (int i = 0; i < texts.length; i++) {
      try {
        texts[i] =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(elements.get(i).asReadOnlyByteBuffer())
                .toString();
      } catch (CharacterCodingException e) {
        throw new EngineFailure(
            EngineFailure.Kind.INVALID_REQUEST,
            "input " + tensor.name() + ": element " + i + " (expected: UTF-8)",
            e);
      }
    }
    return texts;
  }

  /** Copies a tensor's elements out. */
  static ByteString toRaw(OnnxTensor tensor) throws OrtException {
    if (tensor.getInfo().type == OnnxJavaType.STRING) {
      var elements = new ArrayList<ByteString>();
      for (String text : OrtUtil.flattenString(arrayOf(tensor))) {
        elements.add(ByteString.copyFromUtf8(text));
      }
      return RawBytes.of(elements);
    }
    ByteBuffer copy = tensor.getByteBuffer();
    return UnsafeByteOperations.unsafeWrap(copy);
  }

  /** A scalar comes as its value, everything else as (nested) arrays. */
  private static Object arrayOf(OnnxTensor tensor) throws OrtException {
    Object value = tensor.getValue();
    return value instanceof String scalar ? new String[] {scalar} : value;
  }
}
