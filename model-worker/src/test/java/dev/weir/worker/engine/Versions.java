package dev.weir.worker.engine;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.registry.v1.TensorSpec;
import dev.weir.worker.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Versions and requests for tests. */
public final class Versions {
  private Versions() {}

  /**
   * A version of the model {@code test} with this artifact and one input and output of each given
   * name.
   */
  public static ModelVersion.Builder version(String version, byte[] artifact) {
    var built = ModelVersion.newBuilder().setModel("test").setVersion(version);
    built
        .getArtifactBuilder()
        .setSha256(sha256(artifact))
        .setSizeBytes(artifact.length)
        .setFormat("onnx");
    return built;
  }

  /** The version of {@link OnnxFile#identity}. */
  public static ModelVersion identity(byte[] artifact, TensorType type, List<Long> shape) {
    var version = version("1", artifact);
    version
        .getSignatureBuilder()
        .addInputs(spec("in", type, shape))
        .addOutputs(spec("out", type, shape));
    return version.build();
  }

  /** The version of {@link OnnxFile#sumAndProduct}. */
  public static ModelVersion sumAndProduct(String number, byte[] artifact) {
    var version = version(number, artifact);
    version
        .getSignatureBuilder()
        .addInputs(spec("a", TensorType.FP32, List.of(-1L, 2L)))
        .addInputs(spec("b", TensorType.FP32, List.of(-1L, 2L)))
        .addOutputs(spec("sum", TensorType.FP32, List.of(-1L, 2L)))
        .addOutputs(spec("product", TensorType.FP32, List.of(-1L, 2L)));
    return version.build();
  }

  /** The version of {@link OnnxFile#lookup}. */
  public static ModelVersion lookup(byte[] artifact) {
    var version = version("1", artifact);
    version
        .getSignatureBuilder()
        .addInputs(spec("in", TensorType.INT64, List.of(-1L)))
        .addOutputs(spec("out", TensorType.FP32, List.of(-1L)));
    return version.build();
  }

  public static TensorSpec spec(String name, TensorType type, List<Long> shape) {
    return TensorSpec.newBuilder()
        .setName(name)
        .setDatatype(type.name())
        .addAllShape(shape)
        .build();
  }

  /** A raw request with one input. */
  public static ModelInferRequest request(
      String input, TensorType type, List<Long> shape, ByteString raw) {
    var request = ModelInferRequest.newBuilder().setModelName("test");
    add(request, input, type, shape, raw);
    return request.build();
  }

  /** Adds a raw input. */
  public static void add(
      ModelInferRequest.Builder request,
      String input,
      TensorType type,
      List<Long> shape,
      ByteString raw) {
    request.addInputsBuilder().setName(input).setDatatype(type.name()).addAllShape(shape);
    request.addRawInputContents(raw);
  }

  /** A request for {@link #sumAndProduct} with one row. */
  public static ModelInferRequest sumAndProductRequest(float a0, float a1, float b0, float b1) {
    var request = ModelInferRequest.newBuilder().setModelName("test").setId("request-1");
    add(request, "a", TensorType.FP32, List.of(1L, 2L), floats(a0, a1));
    add(request, "b", TensorType.FP32, List.of(1L, 2L), floats(b0, b1));
    return request.build();
  }

  public static ByteString floats(float... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return ByteString.copyFrom(raw.flip());
  }

  public static ByteString longs(long... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return ByteString.copyFrom(raw.flip());
  }

  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
