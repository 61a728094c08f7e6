package dev.weir.loadtest.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.ModelInferRequest;
import java.nio.ByteBuffer;

/**
 * Size of a request body.
 *
 * @param word as the user wrote it: "64k"
 * @param bytes size with gRPC's five bytes of framing, 256 to 4 MiB
 */
record BodySize(String word, int bytes) {
  /** Model that the requests ask for. No version: the route decides. */
  static final String MODEL = "resnet50";

  private static final int MIN_BYTES = 256;
  private static final int MAX_BYTES = 4 << 20;
  private static final int FRAMING = 5;

  /** Reads "700", "64k", "1m" (k = 1024). */
  static BodySize parse(String text) {
    String expected = "a size of 256 to 4m, like 1k,64k,600k";
    if (!text.matches("[0-9]{1,7}[km]?")) {
      throw new InvalidValueException("--size", text, expected);
    }
    char unit = text.charAt(text.length() - 1);
    long factor = unit == 'k' ? 1 << 10 : unit == 'm' ? 1 << 20 : 1;
    long bytes = factor * Long.parseLong(factor == 1 ? text : text.substring(0, text.length() - 1));
    if (bytes < MIN_BYTES || bytes > MAX_BYTES) {
      throw new InvalidValueException("--size", text, expected);
    }
    return new BodySize(text, (int) bytes);
  }

  /** The request with one tensor of random bytes; its size is this size less the framing. */
  ModelInferRequest request() {
    ModelInferRequest empty = request(0);
    int payload = bytes - FRAMING - empty.getSerializedSize();
    ModelInferRequest request = request(payload);
    // the length itself takes more bytes when it is larger
    return request(payload - (request.getSerializedSize() - (bytes - FRAMING)));
  }

  private static ModelInferRequest request(int payload) {
    byte[] contents = new byte[payload];
    Randomness.seeded(payload).nextBytes(contents);
    ByteString raw = UnsafeByteOperations.unsafeWrap(contents);
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .setId("bench-0001")
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("input__0")
                .setDatatype("UINT8")
                .addShape(1)
                .addShape(Math.max(payload, 1)))
        .addRawInputContents(raw)
        .build();
  }

  /** The body that goes over the wire: one gRPC message with its framing. */
  byte[] body() {
    return framed(request());
  }

  /** A message with gRPC's framing. */
  static byte[] framed(ModelInferRequest request) {
    byte[] message = request.toByteArray();
    return ByteBuffer.allocate(FRAMING + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }
}
