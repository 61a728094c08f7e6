package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;

/**
 * Watches a stream of numbers, mostly errors: 1 for a wrong prediction, 0 for a right one. Memory
 * and time per observation are bounded. Mutable, single writer, not thread-safe.
 */
public sealed interface ConceptDetector permits Adwin, Ddm, Eddm, HddmA, HddmW, PageHinkley, Kswin {
  /**
   * Takes an observation.
   *
   * @param value 0 or 1 for {@link Eddm}; 0 to 1 for {@link Ddm}, {@link HddmA} and {@link HddmW};
   *     from -1e100 to 1e100 for the others
   * @return whether a drift is seen just now
   * @throws IllegalArgumentException if the value is outside of these, or NaN; the detector is then
   *     as it was
   */
  boolean observe(double value);

  /** Short name, as the literature has it. */
  String name();

  /** All state: version byte, kind byte, parameters, state. */
  byte[] toBytes();

  /**
   * The detector that {@link #toBytes} wrote; of those that draw nothing at random.
   *
   * @throws IllegalArgumentException if the bytes are of no known version or kind, or damaged
   */
  static ConceptDetector fromBytes(byte[] bytes) {
    return switch (StateReader.kindOf(bytes)) {
      case Adwin.KIND -> Adwin.fromBytes(bytes);
      case Ddm.KIND -> Ddm.fromBytes(bytes);
      case Eddm.KIND -> Eddm.fromBytes(bytes);
      case HddmA.KIND -> HddmA.fromBytes(bytes);
      case HddmW.KIND -> HddmW.fromBytes(bytes);
      case PageHinkley.KIND -> PageHinkley.fromBytes(bytes);
      default ->
          throw new IllegalArgumentException(
              "concept detector: kind "
                  + StateReader.kindOf(bytes)
                  + " (expected: a, D, E, A, W or P)");
    };
  }
}
