package dev.weir.router.oracle;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelInferRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * One call, all of it derived from a number: what the client sends and does, and what the worker
 * does with it.
 */
record Script(long seed, Act act, boolean clientGzip, boolean workerGzip) {
  /** The script's number, in the request's metadata: a worker may answer before it reads. */
  static final Metadata.Key<String> SEED =
      Metadata.Key.of("x-script", Metadata.ASCII_STRING_MARSHALLER);

  private static final String[] WORDS = {
    "", "plain", "50 % of it", "größer als 8", "模型は忙しい", "tab\tand\nline", "🙂 done", "a=b; c"
  };
  private static final int[] LARGEST = {64, 4 << 10, 64 << 10, 1_000_000};

  /** What the worker does, and for the last two the client. */
  enum Act {
    ANSWER,
    ANSWER_LATER,
    FAIL,
    FAIL_EARLY,
    FAIL_AFTER_HEADERS,
    FAIL_AFTER_ANSWER,
    NO_ANSWER,
    TWO_ANSWERS,
    CLIENT_CANCELS,
    CLIENT_DEADLINE
  }

  static Script of(long seed) {
    var random = new Random(seed * 7919);
    int dice = random.nextInt(100);
    Act act;
    if (dice < 60) {
      act = Act.ANSWER;
    } else if (dice < 65) {
      act = Act.ANSWER_LATER;
    } else if (dice < 75) {
      act = Act.FAIL;
    } else if (dice < 82) {
      act = Act.FAIL_EARLY;
    } else if (dice < 87) {
      act = Act.FAIL_AFTER_HEADERS;
    } else if (dice < 91) {
      act = Act.FAIL_AFTER_ANSWER;
    } else if (dice < 93) {
      act = Act.NO_ANSWER;
    } else if (dice < 95) {
      act = Act.TWO_ANSWERS;
    } else if (dice < 98) {
      act = Act.CLIENT_CANCELS;
    } else {
      act = Act.CLIENT_DEADLINE;
    }
    return new Script(seed, act, random.nextInt(6) == 0, random.nextInt(6) == 0);
  }

  private Random random(int purpose) {
    return new Random(seed * 31 + purpose);
  }

  /** The request's bytes: its fields in any order, some of them unknown, empty or twice. */
  byte[] request() {
    Random random = random(1);
    List<ModelInferRequest> parts = new ArrayList<>();
    parts.add(ModelInferRequest.newBuilder().setId("id-" + seed).build());
    int contents = random.nextInt(4);
    for (int i = 0; i < contents; i++) {
      parts.add(
          ModelInferRequest.newBuilder()
              .addRawInputContents(
                  random.nextInt(5) == 0 ? ByteString.EMPTY : ByteString.copyFrom(bytes(random)))
              .build());
    }
    parts.add(
        ModelInferRequest.newBuilder()
            .addInputs(ModelInferRequest.InferInputTensor.newBuilder().setName("x").addShape(4))
            .build());
    if (random.nextBoolean()) {
      parts.add(
          ModelInferRequest.newBuilder()
              .addOutputs(ModelInferRequest.InferRequestedOutputTensor.getDefaultInstance())
              .build());
    }
    Collections.shuffle(parts, random);
    // a few routes' names, the last one counts; mostly first, as generated code writes it
    var name = ModelInferRequest.newBuilder().setModelName("m").build();
    parts.add(random.nextInt(3) == 0 ? parts.size() : 0, name);
    if (parts.stream().mapToInt(ModelInferRequest::getSerializedSize).sum()
        > Intended.ANY_ORDER_BYTES) {
      parts.sort(Comparator.comparing(part -> part.getRawInputContentsCount() > 0));
    }
    if (random.nextInt(10) == 0) {
      parts.addFirst(ModelInferRequest.newBuilder().setModelName("other").build());
    }
    ByteString.Output bytes = ByteString.newOutput();
    for (ModelInferRequest part : parts) {
      if (random.nextInt(8) == 0) {
        // a field nobody knows: number 900, varint 5
        bytes.write(0xa0);
        bytes.write(0x38);
        bytes.write(5);
      }
      byte[] encoded = part.toByteArray();
      bytes.write(encoded, 0, encoded.length);
    }
    return bytes.toByteString().toByteArray();
  }

  /** Metadata of the request. */
  Metadata requestMetadata() {
    Metadata metadata = metadata(random(2), "q");
    metadata.put(SEED, String.valueOf(seed));
    return metadata;
  }

  Metadata answerHeaders() {
    return metadata(random(3), "h");
  }

  Metadata answerTrailers() {
    return metadata(random(4), "t");
  }

  /** Field 7 of an answer, any number of bytes; a client need not be able to parse it. */
  byte[] answer() {
    return bytes(random(5));
  }

  Status status() {
    Random random = random(6);
    // any code but OK and UNAVAILABLE, or those now and then
    int code = 1 + random.nextInt(16);
    if (code == Status.Code.UNAVAILABLE.value() && random.nextInt(4) != 0) {
      code = Status.Code.INTERNAL.value();
    }
    return Status.fromCodeValue(code).withDescription(WORDS[random.nextInt(WORDS.length)]);
  }

  private static Metadata metadata(Random random, String prefix) {
    var metadata = new Metadata();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name = "x-" + prefix + random.nextInt(3);
      if (random.nextBoolean()) {
        metadata.put(
            Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
            "value " + "v".repeat(random.nextInt(200)));
      } else {
        var value = new byte[random.nextInt(60)];
        random.nextBytes(value);
        metadata.put(Metadata.Key.of(name + "-bin", Metadata.BINARY_BYTE_MARSHALLER), value);
      }
    }
    return metadata;
  }

  private static byte[] bytes(Random random) {
    int dice = random.nextInt(100);
    int largest = LARGEST[dice < 40 ? 0 : dice < 75 ? 1 : dice < 96 ? 2 : 3];
    var bytes = new byte[random.nextInt(largest)];
    random.nextBytes(bytes);
    return bytes;
  }
}
