package dev.weir.monitor.stats.detector;

/** An e-detector. Its evidence is to be compared with the run length that is promised. */
public sealed interface DriftDetector permits RateDetector, NumberDetector, CategoryDetector {
  /**
   * Natural logarithm of the e-detector's value now; negative infinity before the first
   * observation. An alarm is due when it reaches the natural logarithm of the average run length.
   */
  double logEvidence();

  /** Observations since it began or was restarted. */
  long observations();

  /** Which way the evidence points, for people: "higher", "more of 7". */
  String direction();

  /** Begins anew, as after an alarm. */
  void restart();

  /** All state but what it was made with: version byte, kind byte. */
  byte[] toBytes();
}
