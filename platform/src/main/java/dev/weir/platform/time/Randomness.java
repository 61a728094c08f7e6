package dev.weir.platform.time;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Random generators. A generator is not thread-safe unless said: give each thread its own. */
public final class Randomness {
  private Randomness() {}

  /** A fresh, unpredictable 64-bit seed. */
  public static long freshSeed() {
    return new SecureRandom().nextLong();
  }

  /** Numbers that nobody can predict, whatever they have seen of it. Thread-safe, slower. */
  public static RandomGenerator secure() {
    return new SecureRandom();
  }

  /** A fast, well-mixed generator with the given seed: the same seed gives the same numbers. */
  public static RandomGenerator seeded(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
