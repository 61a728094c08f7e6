package dev.weir.monitor.stats.label;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * Tests "of the predictions with probability p a share within the tolerance of p is right", at any
 * time: in each of ten bins of p, bets {@code 1 + lambda (y - p - t)} and {@code 1 - lambda (y - p
 * + t)} on lambda = 0.25, 0.5, 0.9 and the tolerance t, whose means are 1 or less whatever p is;
 * the e-value is the mean over bins and bets. Expected calibration error is kept for display.
 * Sources: betting on bounded means, Waudby-Smith and Ramdas, arXiv 2010.09686.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'B' · float64 tolerance · float64 maximum of the log evidence · 10 x (int64 units, float64 sum
 *   of p, int64 right, 6 x float64 log evidence)
 * </pre>
 */
public final class CalibrationTest {
  private static final byte KIND = 'B';
  private static final int VERSION = 1;
  private static final int BINS = 10;
  private static final double[] LAMBDAS = {0.25, 0.5, 0.9, -0.25, -0.5, -0.9};

  private final long[] units = new long[BINS];
  private final double[] probabilities = new double[BINS];
  private final long[] right = new long[BINS];
  private final double[][] logs = new double[BINS][LAMBDAS.length];
  private final double tolerated;
  private double maxLogEvidence;

  /**
   * Nothing was taken.
   *
   * @param tolerated distance of the share right from p that is none, 0 to 0.1
   */
  public CalibrationTest(double tolerated) {
    if (!(tolerated >= 0 && tolerated <= 0.1)) {
      throw new IllegalArgumentException("tolerated: " + tolerated + " (expected: 0 to 0.1)");
    }
    this.tolerated = tolerated;
  }

  /** Distance of the share right from the probability that is none, 0 to 0.1. */
  public double tolerated() {
    return tolerated;
  }

  /**
   * Takes a prediction with its label.
   *
   * @param probability given to what was predicted, 0 to 1
   * @param isRight whether it was
   */
  public void add(double probability, boolean isRight) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability: " + probability + " (expected: 0 to 1)");
    }
    int bin = (int) Math.min(BINS - 1, Math.floor(probability * BINS));
    units[bin]++;
    probabilities[bin] += probability;
    right[bin] += isRight ? 1 : 0;
    double surprise = (isRight ? 1 : 0) - probability;
    for (int i = 0; i < LAMBDAS.length; i++) {
      double beyond = surprise - Math.copySign(tolerated, LAMBDAS[i]);
      logs[bin][i] += Math.log1p(LAMBDAS[i] * beyond);
    }
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
  }

  /** Natural logarithm of the e-value now. */
  public double logEvidence() {
    double largest = Double.NEGATIVE_INFINITY;
    for (double[] bin : logs) {
      for (double log : bin) {
        largest = Math.max(largest, log);
      }
    }
    double sum = 0;
    for (double[] bin : logs) {
      for (double log : bin) {
        sum += Math.exp(log - largest);
      }
    }
    return largest + Math.log(sum / (BINS * LAMBDAS.length));
  }

  /** Largest {@link #logEvidence} so far, at least 0. */
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  /**
   * Mean of |share right - mean probability| over bins, weighted by their units; NaN without units.
   */
  public double expectedCalibrationError() {
    double sum = 0;
    long all = 0;
    for (int bin = 0; bin < BINS; bin++) {
      sum += Math.abs(right[bin] - probabilities[bin]);
      all += units[bin];
    }
    return sum / all;
  }

  /** All state. */
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND).float64(tolerated).float64(maxLogEvidence);
    for (int bin = 0; bin < BINS; bin++) {
      out.int64(units[bin]).float64(probabilities[bin]).int64(right[bin]).float64s(logs[bin]);
    }
    return out.toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static CalibrationTest fromBytes(byte[] bytes) {
    var in = new StateReader("calibration", VERSION, KIND, bytes);
    var test = new CalibrationTest(in.float64());
    test.maxLogEvidence = in.float64();
    for (int bin = 0; bin < BINS; bin++) {
      test.units[bin] = in.count();
      test.probabilities[bin] = in.float64();
      test.right[bin] = in.count();
      System.arraycopy(in.float64s(LAMBDAS.length), 0, test.logs[bin], 0, LAMBDAS.length);
    }
    in.end();
    return test;
  }
}
