package dev.weir.worker.sampling;

/**
 * Which predictions are kept: a function of the unit, the same on every worker and for every
 * attempt.
 */
final class SampleDecision {
  /**
   * Keeps the decision independent of whatever else is drawn from the unit's bits (the arm of a
   * sticky unit, for one).
   */
  private static final long SALT = 0x5bd1_e995_9e37_79b9L;

  private static final double UNIT_INTERVAL = 0x1.0p-53;

  private SampleDecision() {}

  /**
   * @param rate share to keep, 0 to 1
   * @param unit randomisation unit, or any number that has nothing to do with the outcome
   */
  static boolean keeps(double rate, long unit) {
    return (mix(unit ^ SALT) >>> 11) * UNIT_INTERVAL < rate;
  }

  /**
   * SplitMix64's finaliser (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
   * 2014).
   */
  static long mix(long value) {
    long z = value + 0x9e37_79b9_7f4a_7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }
}
