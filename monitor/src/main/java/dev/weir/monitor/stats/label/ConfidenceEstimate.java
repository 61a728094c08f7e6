package dev.weir.monitor.stats.label;

/**
 * Performance of a classifier of two classes before its labels come, by what its probabilities say:
 * confidence-based performance estimation (CBPE; NannyML's documentation, "How it works"). Needs
 * probabilities that are calibrated, and a concept that has not drifted: <b>a hint, never a
 * trigger</b>; {@link CalibrationTest} says whether the first still holds.
 */
public final class ConfidenceEstimate {
  private double predictions;
  private double right;
  private double truePositives;
  private double falsePositives;
  private double falseNegatives;

  /**
   * Takes a prediction.
   *
   * @param probability calibrated probability of the positive class, 0 to 1
   * @param predictedPositive what was predicted
   */
  public void add(double probability, boolean predictedPositive) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability: " + probability + " (expected: 0 to 1)");
    }
    predictions++;
    if (predictedPositive) {
      right += probability;
      truePositives += probability;
      falsePositives += 1 - probability;
    } else {
      right += 1 - probability;
      falseNegatives += probability;
    }
  }

  /** Adds what another took. */
  public void merge(ConfidenceEstimate other) {
    predictions += other.predictions;
    right += other.right;
    truePositives += other.truePositives;
    falsePositives += other.falsePositives;
    falseNegatives += other.falseNegatives;
  }

  /** Predictions taken. */
  public long predictions() {
    return (long) predictions;
  }

  /** Expected accuracy; NaN without predictions. */
  public double accuracy() {
    return right / predictions;
  }

  /** Expected precision; NaN when nothing was predicted positive. */
  public double precision() {
    return truePositives / (truePositives + falsePositives);
  }

  /** Expected recall; NaN when nothing is expected to be positive. */
  public double recall() {
    return truePositives / (truePositives + falseNegatives);
  }

  /** Expected F1; NaN when nothing is positive. */
  public double f1() {
    return 2 * truePositives / (2 * truePositives + falsePositives + falseNegatives);
  }
}
