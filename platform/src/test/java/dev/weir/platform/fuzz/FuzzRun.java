package dev.weir.platform.fuzz;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Runs cases, each with its own seed. {@code -Dweir.fuzz.minutes=N} runs longer, {@code
 * -Dweir.seed=N} repeats a run.
 */
public final class FuzzRun {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
  private static final Duration LONGER =
      Duration.ofMinutes(Integer.getInteger("weir.fuzz.minutes", 0));

  private FuzzRun() {}

  /** One case. */
  public interface Case {
    /** Runs it. */
    void run(long seed) throws Exception;
  }

  /** So many cases, or for so long as was asked for. */
  public static void of(String what, int atLeast, Case each) {
    System.out.println("fuzz " + what + ": seed " + SEED + ", repeat with -Dweir.seed=" + SEED);
    long end = System.nanoTime() + LONGER.toNanos();
    long cases = 0;
    while (cases < atLeast || System.nanoTime() - end < 0) {
      long seed = SEED + cases++;
      try {
        each.run(seed);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("fuzz " + what + ": seed " + seed + ": " + e, e);
      }
    }
    System.out.println("fuzz " + what + ": " + cases + " cases");
  }

  /**
   * The same, where no case may allocate more than so much: a length in damaged bytes must not be
   * believed.
   */
  public static void bounded(String what, int atLeast, long maxBytes, Case each) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    of(
        what,
        atLeast,
        seed -> {
          long before = threads.getCurrentThreadAllocatedBytes();
          each.run(seed);
          long allocated = threads.getCurrentThreadAllocatedBytes() - before;
          if (allocated > maxBytes) {
            throw new AssertionError(
                allocated + " bytes allocated (expected: at most " + maxBytes + ")");
          }
        });
  }
}
