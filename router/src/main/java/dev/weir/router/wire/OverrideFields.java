package dev.weir.router.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Bytes that, appended to a message, replace single fields of it: of a field that comes twice the
 * last one counts, and a sub-message that comes twice is merged. So nothing before them is parsed
 * or copied.
 */
public final class OverrideFields {
  private OverrideFields() {}

  /** For a {@code ModelInferRequest}: this model and version. */
  public static byte[] request(String model, String version) {
    return strings(
        ModelInferRequest.MODEL_NAME_FIELD_NUMBER,
        model,
        ModelInferRequest.MODEL_VERSION_FIELD_NUMBER,
        version);
  }

  /** For a {@code ModelInferResponse}: this model name. */
  public static byte[] response(String model) {
    return ModelInferResponse.newBuilder().setModelName(model).build().toByteArray();
  }

  /** For a {@code ModelInferResponse}: this model name and id. */
  public static byte[] answer(String model, String id) {
    return strings(
        ModelInferResponse.MODEL_NAME_FIELD_NUMBER, model, ModelInferResponse.ID_FIELD_NUMBER, id);
  }

  /**
   * For a {@code ModelStreamInferResponse} that has an {@code infer_response}: this model name in
   * it.
   */
  public static byte[] streamResponse(String model) {
    return ModelStreamInferResponse.newBuilder()
        .setInferResponse(ModelInferResponse.newBuilder().setModelName(model))
        .build()
        .toByteArray();
  }

  /** Written even when empty: an empty value replaces too. */
  private static byte[] strings(int field, String value, int otherField, String otherValue) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeString(field, value);
      out.writeString(otherField, otherValue);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
    return bytes.toByteString().toByteArray();
  }
}
