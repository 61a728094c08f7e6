package dev.weir.worker.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.time.Randomness;
import dev.weir.proto.inference.InferParameter;
import dev.weir.proto.inference.InferTensorContents;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.worker.tensor.RawTensor;
import dev.weir.worker.tensor.Shapes;
import dev.weir.worker.tensor.TensorType;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random requests: what is refused is refused in words, what passes can be read without a second
 * look. A failure prints its seed and number; give them here to repeat it.
 */
final class RequestCheckFuzzTest {
  private static final int REQUESTS = 20_000;
  private static final List<String> NAMES =
      List.of("features", "small", "text", "label", "", "feature", "\u0000", "ü".repeat(300));
  private static final List<String> TYPES =
      List.of("FP32", "INT8", "BYTES", "FP64", "INT64", "BF16", "", "fp32", "FP32 ");
  private static final List<Long> DIMENSIONS =
      List.of(1L, 2L, 1L, 2L, 0L, -1L, 3L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32);

  private final RequestCheck check = new RequestCheck(Requests.KEY, Requests.SIGNATURE);

  @ParameterizedTest
  @ValueSource(longs = {1, 20_261_124, -7})
  void nothing_but_a_refusal_comes_of_a_bad_request(long seed) {
    RandomGenerator random = Randomness.seeded(seed);
    int passed = 0;
    for (int i = 0; i < REQUESTS; i++) {
      ModelInferRequest request = random.nextInt(4) == 0 ? damaged(random) : request(random);
      try {
        Optional<Refusal> refusal = check.check(request);
        if (refusal.isPresent()) {
          assertThat(refusal.get().code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
          assertThat(refusal.get().message()).hasSizeBetween(20, 1_000).doesNotContain("\n");
        } else {
          passed++;
          read(request);
        }
      } catch (RuntimeException e) {
        fail("seed " + seed + ", request " + i + ": " + request, e);
      }
    }
    assertThat(passed).as("requests that pass, or nothing is tested").isGreaterThan(50);
  }

  private static void read(ModelInferRequest request) {
    for (RawTensor tensor : RawTensor.inputsOf(request)) {
      if (tensor.type().hasFixedSize()) {
        assertThat(tensor.raw().size()).isEqualTo(tensor.elements() * tensor.type().sizeBytes());
      }
      assertThat(Shapes.elements(tensor.shape())).isPresent();
    }
  }

  /** A request that is right, with up to three things changed. */
  private static ModelInferRequest request(RandomGenerator random) {
    var request = ModelInferRequest.newBuilder().setModelName("fraud");
    boolean raw = random.nextBoolean();
    List<String> names = List.of("features", "small", "text");
    for (String name : names) {
      TensorType type = Requests.SIGNATURE.input(name).orElseThrow().type();
      List<Long> shape = Shapes.smallest(Requests.SIGNATURE.input(name).orElseThrow().shape());
      int elements = (int) Shapes.elements(shape).orElseThrow();
      var input =
          request.addInputsBuilder().setName(name).setDatatype(type.name()).addAllShape(shape);
      if (raw) {
        request.addRawInputContents(rawOf(type, elements));
      } else {
        input.setContents(contentsOf(type, elements));
      }
    }
    for (int change = random.nextInt(4); change > 0; change--) {
      change(request, random);
    }
    return request.build();
  }

  private static ByteString rawOf(TensorType type, int elements) {
    return ByteString.copyFrom(new byte[elements * (type.hasFixedSize() ? type.sizeBytes() : 4)]);
  }

  private static InferTensorContents contentsOf(TensorType type, int elements) {
    var contents = InferTensorContents.newBuilder();
    for (int i = 0; i < elements; i++) {
      switch (type) {
        case FP32 -> contents.addFp32Contents(1);
        case INT8 -> contents.addIntContents(1);
        case BYTES -> contents.addBytesContents(ByteString.EMPTY);
        default -> throw new IllegalStateException("not in the signature: " + type);
      }
    }
    return contents.build();
  }

  private static void change(ModelInferRequest.Builder request, RandomGenerator random) {
    int index = request.getInputsCount() == 0 ? -1 : random.nextInt(request.getInputsCount());
    if (index < 0) {
      request.addInputsBuilder().setName(pick(NAMES, random));
      return;
    }
    var input = request.getInputsBuilder(index);
    switch (random.nextInt(14)) {
      case 0 -> input.setName(pick(NAMES, random));
      case 1 -> input.setDatatype(pick(TYPES, random));
      case 2 -> input.addShape(pick(DIMENSIONS, random));
      case 3 -> {
        if (input.getShapeCount() > 0) {
          input.setShape(random.nextInt(input.getShapeCount()), pick(DIMENSIONS, random));
        }
      }
      case 4 -> input.clearShape();
      case 5 -> request.removeInputs(index);
      case 6 -> request.addInputs(input.build());
      case 7 -> request.addRawInputContents(random(random));
      case 8 -> {
        if (request.getRawInputContentsCount() > 0) {
          request.setRawInputContents(
              random.nextInt(request.getRawInputContentsCount()), random(random));
        }
      }
      case 9 -> input.getContentsBuilder().addIntContents(random.nextInt());
      case 10 -> input.getContentsBuilder().addFp64Contents(random.nextDouble());
      case 11 -> request.addOutputsBuilder().setName(pick(NAMES, random));
      case 12 ->
          request.putParameters(
              pick(List.of("triton_x", "a", "timeout"), random),
              InferParameter.getDefaultInstance());
      default -> input.putParameters("shared_memory_region", InferParameter.getDefaultInstance());
    }
  }

  /** A request whose bytes were changed on the way, as far as it can still be parsed. */
  private static ModelInferRequest damaged(RandomGenerator random) {
    byte[] bytes = request(random).toByteArray();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    try {
      return ModelInferRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return ModelInferRequest.getDefaultInstance();
    }
  }

  private static ByteString random(RandomGenerator random) {
    var bytes = new byte[random.nextInt(24)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static <T> T pick(List<T> from, RandomGenerator random) {
    return from.get(random.nextInt(from.size()));
  }
}
