package dev.weir.monitor.stats.concept;

/** Watches a stream of numbers, mostly errors: 1 for a wrong prediction, 0 for a right one. */
public sealed interface ConceptDetector permits Adwin, Ddm, Eddm, HddmA, HddmW, PageHinkley, Kswin {
  /**
   * Takes an observation.
   *
   * @return whether a drift is seen just now
   */
  boolean observe(double value);

  /** Short name, as the literature has it. */
  String name();

  /** All state: version byte, kind byte, parameters, state. */
  byte[] toBytes();
}
