package dev.weir.loadtest.input;

import com.google.protobuf.ByteString;
import dev.weir.loadtest.load.RequestSource;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.proto.inference.ModelMetadataResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random contents that fit a model's metadata; every dimension of any size is 1. */
public final class RandomRequests implements RequestSource {
  /** Elements of one tensor at most: 64 MiB of FP64. */
  private static final long MAX_ELEMENTS = 8 << 20;

  private final ModelMetadataResponse metadata;
  private final RandomGenerator random;
  private final String idPrefix;

  /**
   * @param seed the same seed gives the same requests
   */
  public RandomRequests(ModelMetadataResponse metadata, long seed, String idPrefix) {
    this.metadata = metadata;
    this.random = Randomness.seeded(seed);
    this.idPrefix = idPrefix;
  }

  @Override
  public ModelInferRequest request(long index) {
    var request =
        ModelInferRequest.newBuilder().setModelName(metadata.getName()).setId(idPrefix + index);
    metadata
        .getInputsList()
        .forEach(input -> {
          var tensor =
              ModelInferRequest.InferInputTensor.newBuilder()
                  .setName(input.getName())
                  .setDatatype(input.getDatatype());
          input.getShapeList().forEach(size -> tensor.addShape(size < 0 ? 1 : size));
          request.addInputs(tensor);
          request.addRawInputContents(
              contents(input.getDatatype(), elements(input.getName(), tensor.getShapeList())));
        });
    return request.build();
  }

  private static int elements(String tensor, List<Long> shape) {
    long elements = 1;
    for (long size : shape) {
      if (size > MAX_ELEMENTS || elements * size > MAX_ELEMENTS) {
        throw new InvalidValueException(
            "shape of " + tensor, shape, "at most " + MAX_ELEMENTS + " elements");
      }
      elements *= size;
    }
    return (int) elements;
  }

  private ByteString contents(String datatype, int elements) {
    ByteBuffer raw = ByteBuffer.allocate(12 * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      switch (datatype) {
        case "FP32" -> raw.putFloat((float) random.nextGaussian());
        case "FP64" -> raw.putDouble(random.nextGaussian());
        case "INT64", "UINT64" -> raw.putLong(random.nextInt(10));
        case "INT32", "UINT32" -> raw.putInt(random.nextInt(10));
        case "INT16", "UINT16" -> raw.putShort((short) random.nextInt(10));
        case "FP16", "BF16" -> raw.putShort((short) 0);
        case "INT8", "UINT8" -> raw.put((byte) random.nextInt(10));
        case "BOOL" -> raw.put((byte) random.nextInt(2));
        case "BYTES" -> {
          byte[] text = Integer.toString(random.nextInt(1000)).getBytes(StandardCharsets.UTF_8);
          raw.putInt(text.length).put(text);
        }
        default ->
            throw new InvalidValueException(
                "datatype", datatype, "one of the inference protocol's datatypes");
      }
    }
    return ByteString.copyFrom(raw.flip());
  }
}
