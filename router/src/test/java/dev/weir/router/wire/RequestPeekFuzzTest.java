package dev.weir.router.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.platform.fuzz.FuzzRun;
import dev.weir.proto.inference.ModelInferRequest;
import dev.weir.router.fuzz.Corpus;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Bytes that no client should send. What is read is what protobuf reads from the same bytes, and
 * the same in any pieces; all else is malformed, and nothing else may come of it.
 */
class RequestPeekFuzzTest {
  private static final int CASES = 20_000;
  private static final Corpus REQUESTS = Corpus.of("request");

  /** What a worker would read; null: it would refuse. */
  private static @Nullable ModelInferRequest parsed(byte[] bytes) {
    try {
      return ModelInferRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static @Nullable RequestPeek whole(byte[] bytes) {
    try {
      return RequestPeek.of(bytes);
    } catch (MalformedRequestException e) {
      return null;
    }
  }

  private static @Nullable RequestPeek inPieces(byte[] bytes, SplittableRandom random) {
    var peek = new RequestPeek();
    try {
      int at = 0;
      while (at < bytes.length) {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(12));
        int over = random.nextBoolean() ? peek.stepOver(end - at) : 0;
        peek.feed(bytes, at + over, end);
        at = end;
      }
      peek.finish();
      return peek;
    } catch (MalformedRequestException e) {
      return null;
    }
  }

  private static void check(byte[] bytes, SplittableRandom random) {
    RequestPeek whole = whole(bytes);
    RequestPeek pieces = inPieces(bytes, random);
    assertThat(pieces == null).as("malformed in pieces").isEqualTo(whole == null);
    if (whole == null || pieces == null) {
      return;
    }
    assertThat(pieces.model()).isEqualTo(whole.model());
    assertThat(pieces.version()).isEqualTo(whole.version());
    assertThat(pieces.id()).isEqualTo(whole.id());
    ModelInferRequest request = parsed(bytes);
    if (request == null) {
      // a worker refuses it: tensors are not looked into here
      return;
    }
    assertThat(whole.model()).as("model_name").isEqualTo(request.getModelName());
    assertThat(whole.version()).as("model_version").isEqualTo(request.getModelVersion());
    assertThat(whole.id()).as("id").isEqualTo(request.getId());
    for (Map.Entry<String, ?> each : request.getParametersMap().entrySet()) {
      assertThat(pieces.parameter(each.getKey()))
          .as("parameter %s", each.getKey())
          .isEqualTo(whole.parameter(each.getKey()));
    }
  }

  @Test
  void seeds_as_they_are() {
    for (byte[] seed : REQUESTS.seeds()) {
      check(seed, new SplittableRandom(1));
    }
    assertThat(whole(REQUESTS.seeds().getLast())).isNotNull();
  }

  @Test
  void changed_seeds() {
    FuzzRun.of(
        "requests",
        CASES,
        seed -> {
          var random = new SplittableRandom(seed);
          check(REQUESTS.changed(random), random);
        });
  }
}
