package dev.weir.router.oracle;

import com.google.protobuf.ByteString;
import dev.weir.proto.inference.ModelInferRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One stream, all of it derived from a number: what its client sends, and by the ids of the
 * messages what the worker does with each.
 *
 * @param messages serialised requests, in order
 * @param cancelAfter answers after which the client cancels; -1: it half-closes
 */
record StreamScript(
    long seed, List<byte[]> messages, int cancelAfter, boolean clientGzip, boolean workerGzip) {
  private static final int MOST_MESSAGES = 40;
  private static final int[] LARGEST = {64, 4 << 10, 64 << 10, 1_500_000};

  /** What becomes of a message. */
  enum Act {
    ANSWER,
    ANSWER_TWICE,
    NEVER,
    ERROR,
    FAIL
  }

  static StreamScript of(long seed) {
    var random = new Random(seed * 104_729);
    boolean fails = random.nextInt(8) == 0;
    boolean workerGzip = random.nextInt(6) == 0;
    List<byte[]> messages = new ArrayList<>();
    int count = random.nextInt(MOST_MESSAGES);
    for (int i = 0; i < count; i++) {
      // answers of two workers' streams have no order, so that only one of them is to fail
      messages.add(message(random, i, fails, workerGzip));
    }
    if (fails) {
      messages.add(named("m", count, Act.FAIL, workerGzip).build().toByteArray());
    }
    boolean cancels = !fails && random.nextInt(10) == 0;
    return new StreamScript(
        seed, messages, cancels ? random.nextInt(4) : -1, random.nextInt(6) == 0, workerGzip);
  }

  private static byte[] message(Random random, int number, boolean oneRoute, boolean gzip) {
    int dice = random.nextInt(100);
    if (dice < 4) {
      return new byte[0];
    }
    if (dice < 8) {
      // field 1 of ten bytes, of which there are none
      return new byte[] {10, 10};
    }
    if (dice < 14) {
      return named("x", number, Act.ANSWER, gzip).build().toByteArray();
    }
    Act act =
        dice < 20 ? Act.ANSWER_TWICE : dice < 26 ? Act.NEVER : dice < 32 ? Act.ERROR : Act.ANSWER;
    String route = oneRoute || random.nextBoolean() ? "m" : "n";
    int size = random.nextInt(100);
    var tensor =
        new byte[random.nextInt(LARGEST[size < 50 ? 0 : size < 80 ? 1 : size < 98 ? 2 : 3])];
    random.nextBytes(tensor);
    ModelInferRequest.Builder request =
        named(route, number, act, gzip).addRawInputContents(ByteString.copyFrom(tensor));
    if (random.nextInt(4) == 0) {
      request.addRawInputContents(ByteString.EMPTY);
    }
    return request.build().toByteArray();
  }

  private static ModelInferRequest.Builder named(String route, int number, Act act, boolean gzip) {
    return ModelInferRequest.newBuilder()
        .setModelName(route)
        .setId(route + "-" + number + "-" + act + (gzip ? "-gzip" : ""));
  }

  /** What a message's id asks of a worker. */
  static Act act(String id) {
    return Act.valueOf(id.split("-")[2]);
  }

  static boolean asksForGzip(String id) {
    return id.endsWith("-gzip");
  }

  @Override
  public String toString() {
    return "stream " + seed + " of " + messages.size();
  }
}
