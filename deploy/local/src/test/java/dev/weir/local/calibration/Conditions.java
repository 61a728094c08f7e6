package dev.weir.local.calibration;

import java.util.random.RandomGenerator;

/** What production does to both arms of a simulated rollout alike. */
enum Conditions {
  /** Nothing happens; the canary is the baseline again. */
  CALM,
  /**
   * Load that halves and doubles, bursts of 20 times the errors, slowdowns up to 3 times, classes
   * and accuracy that change with the hour, samples kept by what they say, samples, labels and
   * acknowledgements that get lost; the canary is the baseline again.
   */
  ROUGH,
  /** As ROUGH, and the canary is exactly as bad as its guardrails tolerate. */
  ROUGH_AT_THE_TOLERANCE;

  private boolean rough() {
    return this != CALM;
  }

  /** Requests in a quarter of a second. */
  int requests(RandomGenerator random, double seconds) {
    double mean = 75 * (rough() ? 1.25 + 0.75 * Math.sin(seconds / 7) : 1);
    return (int) Math.max(0, Math.round(random.nextGaussian(mean, Math.sqrt(mean))));
  }

  /** Share of the baseline's requests that fail. */
  double errorRate(double seconds) {
    if (!rough()) {
      return 0.01;
    }
    return 0.01 * (1 + 0.8 * Math.sin(seconds / 5)) * (seconds % 23 > 20 ? 20 : 1);
  }

  /** Factor of all latencies. */
  double slowdown(double seconds) {
    return rough() && seconds % 17 > 12 ? 1 + 2 * Math.abs(Math.sin(seconds)) : 1;
  }

  /** Share of class 1 among the baseline's predictions. */
  double positives(double seconds) {
    return rough() ? 0.5 + 0.1 * Math.sin(seconds / 9) : 0.5;
  }

  /** Share of the baseline's predictions that are right. */
  double accuracy(double seconds) {
    return rough() ? 0.85 + 0.1 * Math.sin(seconds / 11) : 0.85;
  }

  /** Whether a sample is kept: the unsure ones all, of the others a third; the arm is not asked. */
  boolean keeps(RandomGenerator random, double confidence) {
    return !rough() || confidence < 0.6 || random.nextDouble() < 0.3;
  }

  /** Whether a batch, a label or an acknowledgement is lost on its way. */
  boolean loses(RandomGenerator random) {
    return rough() && random.nextDouble() < 0.02;
  }

  /** The canary's excess of what a guardrail tolerates, as a share of the tolerance: 0 or 1. */
  double excess() {
    return this == ROUGH_AT_THE_TOLERANCE ? 1 : 0;
  }
}
