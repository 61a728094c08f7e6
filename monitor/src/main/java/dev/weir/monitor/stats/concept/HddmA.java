package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * HDDM with the A-test: compares the mean up to the most favourable cut with the mean of all, by
 * Hoeffding's inequality. Values in 0..1. Frias-Blanco et al., IEEE Trans. Knowl. Data Eng. 27
 * (2015). The paper's warning level is left out: nothing here learns.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'A' · float64 confidence · uint8 twoSided · uint8 drifted
 *   float64 number and sum of all, up to the cut of a rise, up to the cut of a fall
 * </pre>
 */
public final class HddmA implements ConceptDetector {
  static final byte KIND = 'A';
  private static final int VERSION = 1;

  private final double confidence;
  private final boolean twoSided;
  private boolean drifted;
  private double observations;
  private double sum;
  private double lowObservations;
  private double lowSum;
  private double highObservations;
  private double highSum;

  /** Confidence 0.001, rises only. */
  public HddmA() {
    this(0.001, false);
  }

  /**
   * One that has seen nothing.
   *
   * @param confidence error of each test, over 0 and under 1
   * @param twoSided falls count too
   */
  public HddmA(double confidence, boolean twoSided) {
    Ranges.between("confidence", confidence, Double.MIN_VALUE, Math.nextDown(1.0));
    this.confidence = confidence;
    this.twoSided = twoSided;
  }

  private void restart() {
    observations = 0;
    sum = 0;
    lowObservations = 0;
    lowSum = 0;
    highObservations = 0;
    highSum = 0;
  }

  private double bound(double n) {
    return Math.sqrt(Math.log(1 / confidence) / (2 * n));
  }

  @Override
  public boolean observe(double value) {
    Ranges.share(value);
    if (drifted) {
      restart();
    }
    observations++;
    sum += value;
    double mean = sum / observations;
    double bound = bound(observations);
    if (lowObservations == 0 || lowSum / lowObservations + bound(lowObservations) >= mean + bound) {
      lowObservations = observations;
      lowSum = sum;
    }
    if (highObservations == 0
        || highSum / highObservations - bound(highObservations) <= mean - bound) {
      highObservations = observations;
      highSum = sum;
    }
    boolean rises = isBeyond(lowObservations, mean - lowSum / Math.max(1, lowObservations));
    boolean falls = isBeyond(highObservations, highSum / Math.max(1, highObservations) - mean);
    drifted = rises || (twoSided && falls);
    return drifted;
  }

  private boolean isBeyond(double cut, double difference) {
    if (cut == observations) {
      return false;
    }
    double m = (observations - cut) / cut / observations;
    return difference >= Math.sqrt(m / 2 * Math.log(2 / confidence));
  }

  @Override
  public String name() {
    return "HDDM_A";
  }

  @Override
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .float64(confidence)
        .uint8(twoSided ? 1 : 0)
        .uint8(drifted ? 1 : 0)
        .float64(observations)
        .float64(sum)
        .float64(lowObservations)
        .float64(lowSum)
        .float64(highObservations)
        .float64(highSum)
        .toBytes();
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static HddmA fromBytes(byte[] bytes) {
    var in = new StateReader("HDDM_A", VERSION, KIND, bytes);
    var read = new HddmA(in.float64(), Ranges.flag(in));
    read.drifted = Ranges.flag(in);
    read.observations = Ranges.amount(in);
    read.sum = Ranges.amount(in);
    read.lowObservations = Ranges.amount(in);
    read.lowSum = Ranges.amount(in);
    read.highObservations = Ranges.amount(in);
    read.highSum = Ranges.amount(in);
    in.end();
    return read;
  }
}
