package dev.weir.router.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.AsciiString;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GrpcHeadersTest {
  private final long seed = Long.getLong("weir.seed", 20_260_101L);
  private final Random random = new Random(seed);

  @Test
  void timeoutsComeBackRoundedDownInTheirForm() {
    for (int i = 0; i < 20_000; i++) {
      long nanos = Math.max(1, random.nextLong() >>> 1 + random.nextInt(62));
      assertRoundTrip(nanos);
    }
    assertRoundTrip(1);
    assertRoundTrip(99_999_999);
    assertRoundTrip(100_000_000);
    assertRoundTrip(1_000_000 * 3_600_000_000_000L);
    assertRoundTrip(Long.MAX_VALUE);
  }

  private void assertRoundTrip(long nanos) {
    AsciiString text = GrpcHeaders.timeoutText(nanos);
    assertTrue(text.toString().matches("[0-9]{1,8}[HMSmun]"), () -> text + ", seed " + seed);
    long back = GrpcHeaders.timeoutNanos(text);
    assertTrue(back > 0 && back <= nanos, () -> nanos + " became " + back + ", seed " + seed);
    if (nanos < 3_600_000_000_000_000_000L) {
      assertTrue(
          nanos - back <= nanos / 100_000, () -> nanos + " became " + back + ", seed " + seed);
    }
  }

  @Test
  void whatIsNoTimeoutCountsAsNone() {
    for (String text : new String[] {"", "S", "1", "123456789n", "-1S", "1x", "1 S", "٣S"}) {
      assertEquals(-1, GrpcHeaders.timeoutNanos(text), text);
    }
    assertEquals(-1, GrpcHeaders.timeoutNanos(null));
  }

  @Test
  void messagesComeBackAsTheyWere() {
    for (int i = 0; i < 5_000; i++) {
      String text = randomText(random.nextInt(40), true);
      AsciiString encoded = GrpcHeaders.encodeMessage(text);
      assertTrue(
          encoded.toString().chars().allMatch(c -> c >= ' ' && c <= '~'),
          () -> encoded + ", seed " + seed);
      assertEquals(text, GrpcHeaders.decodeMessage(encoded), () -> "seed " + seed);
    }
  }

  @Test
  void nothingThrowsOnAnyText() {
    for (int i = 0; i < 20_000; i++) {
      String text = randomText(random.nextInt(12), false);
      GrpcHeaders.decodeMessage(text);
      GrpcHeaders.encodeMessage(text);
      GrpcHeaders.timeoutNanos(text);
      GrpcHeaders.code(text);
      GrpcHeaders.ofHttpStatus(text);
      GrpcHeaders.ofReset(random.nextLong());
    }
  }

  private String randomText(int length, boolean valid) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(4)) {
        case 0 -> text.append('%');
        case 1 -> text.append((char) ('0' + random.nextInt(60)));
        case 2 -> text.appendCodePoint(0x10000 + random.nextInt(0x10000));
        default -> text.append((char) random.nextInt(valid ? 0xd800 : 0x10000));
      }
    }
    return text.toString();
  }
}
