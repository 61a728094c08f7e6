package dev.weir.platform.fuzz;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Changes bytes at random. */
public final class Change {
  private Change() {}

  /** None to five changes: a bit, a byte, the end cut off, bytes put in. */
  public static byte[] some(byte[] valid, SplittableRandom random) {
    byte[] bytes = valid.clone();
    for (int n = random.nextInt(6); n > 0 && bytes.length > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(Math.min(30, bytes.length), at));
        default -> bytes = inserted(bytes, at, random);
      }
    }
    return bytes;
  }

  private static byte[] inserted(byte[] bytes, int at, SplittableRandom random) {
    var more = new byte[random.nextInt(30)];
    random.nextBytes(more);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
    System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
    System.arraycopy(more, 0, longer, at, more.length);
    return longer;
  }
}
