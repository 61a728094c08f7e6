package dev.weir.router.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
