package dev.weir.router.policy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Randomness;
import java.util.random.RandomGenerator;

/**
 * Random numbers for the threads that route: each has its own generator, seeded once from a common
 * one, so that no draw waits for another thread. Thread-safe.
 */
public final class Draws {
  @GuardedBy("this")
  private final RandomGenerator seeds;

  private final ThreadLocal<RandomGenerator> perThread;

  /**
   * @param seed the same seed gives the same numbers on a single thread
   */
  public Draws(long seed) {
    this.seeds = Randomness.seeded(seed);
    this.perThread = ThreadLocal.withInitial(() -> Randomness.seeded(nextSeed()));
  }

  private synchronized long nextSeed() {
    return seeds.nextLong();
  }

  /** The calling thread's generator; not to be handed to another thread. */
  public RandomGenerator generator() {
    return perThread.get();
  }
}
