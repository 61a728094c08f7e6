package dev.weir.router.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RateGuardTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void allowsTenSecondsWorthAtOnceThenTheRate() {
    var guard = new RateGuard(5, 0);
    assertEquals(50, allowed(guard, 0));
    assertFalse(guard.allow(SECOND / 10));
    assertEquals(5, allowed(guard, SECOND + SECOND / 100));
  }

  @Test
  void aLongSilenceSavesNoMoreThanTheBurst() {
    var guard = new RateGuard(5, 0);
    assertEquals(50, allowed(guard, 0));
    assertEquals(50, allowed(guard, 1_000 * SECOND));
  }

  @Test
  void neverMoreThanTheBurstAndWhatTimeHasAdded() {
    var random = new SplittableRandom(3);
    for (int round = 0; round < 200; round++) {
      var guard = new RateGuard(5, 0);
      long now = 0;
      int allowed = 0;
      for (int i = 0; i < 500; i++) {
        now += random.nextInt(4) == 0 ? random.nextLong(3 * SECOND) : 0;
        allowed += guard.allow(now) ? 1 : 0;
        assertTrue(allowed <= 50 + 5.0 * now / SECOND, "after " + now + " ns: " + allowed);
      }
    }
  }

  @Test
  void whatWasAskedForDoesNotCount() {
    var guard = new RateGuard(5, 0);
    allowed(guard, 0);
    guard.explain(3);
    assertEquals(3, allowed(guard, 0));
    guard.explain(1_000);
    assertEquals(50, allowed(guard, 0));
    assertTrue(guard.allow(SECOND));
  }

  private static int allowed(RateGuard guard, long now) {
    int count = 0;
    while (guard.allow(now)) {
      count++;
    }
    return count;
  }
}
