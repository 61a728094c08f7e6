package dev.weir.monitor.stats.label;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * Performance of a classifier of two classes before its labels come, by what its probabilities say:
 * confidence-based performance estimation (CBPE; NannyML's documentation, "How it works"). Needs
 * probabilities that are calibrated, and a concept that has not drifted: <b>a hint, never a
 * trigger</b>; {@link CalibrationTest} says whether the first still holds.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'b' · float64 predictions, expected right, true positives, false
 *   positives, false negatives
 * </pre>
 */
public final class ConfidenceEstimate {
  private static final byte KIND = 'b';
  private static final int VERSION = 1;

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

  /** All state. */
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .float64(predictions)
        .float64(right)
        .float64(truePositives)
        .float64(falsePositives)
        .float64(falseNegatives)
        .toBytes();
  }

  /**
   * The estimate that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static ConfidenceEstimate fromBytes(byte[] bytes) {
    var in = new StateReader("confidence estimate", VERSION, KIND, bytes);
    var read = new ConfidenceEstimate();
    read.predictions = in.float64();
    read.right = in.float64();
    read.truePositives = in.float64();
    read.falsePositives = in.float64();
    read.falseNegatives = in.float64();
    in.end();
    return read;
  }
}
