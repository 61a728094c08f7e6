package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * Early drift detection method: watches the distances between errors; a drift when their mean plus
 * two deviations falls under {@code share} of its largest value so far. Baena-Garcia et al., IWKDDS
 * 2006. Alarms on nearly every sound stream (docs/concept-drift.md). The paper's warning level, at
 * which a second learner is to be started, is left out: nothing here learns.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'E' · int64 warmUp · float64 share · uint8 drifted · int64 observations
 *   int64 lastError · int64 errors · float64 mean, squares and largest of the distances
 * </pre>
 */
public final class Eddm implements ConceptDetector {
  static final byte KIND = 'E';
  private static final int VERSION = 1;

  private final int warmUp;
  private final double share;
  private boolean drifted;
  private long observations;
  private long lastError;
  private long errors;
  private double mean;
  private double squares;
  private double largest;

  /** 30 observations and more than 30 errors first, a share of 0.9. */
  public Eddm() {
    this(30, 0.9);
  }

  /**
   * One that has seen nothing.
   *
   * @param warmUp observations after which the largest value is looked for, and errors before a
   *     drift is seen, at least 1
   * @param share of the largest value, over 0 and under 1
   */
  public Eddm(int warmUp, double share) {
    Ranges.atLeast("warmUp", warmUp, 1);
    Ranges.between("share", share, Double.MIN_VALUE, Math.nextDown(1.0));
    this.warmUp = warmUp;
    this.share = share;
  }

  private void restart() {
    observations = 0;
    lastError = 0;
    errors = 0;
    mean = 0;
    squares = 0;
    largest = 0;
  }

  @Override
  public boolean observe(double value) {
    if (value != 0 && value != 1) {
      throw new IllegalArgumentException("value: " + value + " (expected: 0 or 1)");
    }
    if (drifted) {
      restart();
    }
    drifted = false;
    observations++;
    if (value != 0) {
      drifted = error();
    }
    return drifted;
  }

  private boolean error() {
    errors++;
    double distance = observations - lastError;
    lastError = observations;
    double before = mean;
    mean += (distance - mean) / errors;
    squares += (distance - before) * (distance - mean);
    if (observations <= warmUp) {
      return false;
    }
    double level = mean + 2 * Math.sqrt(errors > 1 ? squares / (errors - 1) : 0);
    if (level > largest) {
      largest = level;
      return false;
    }
    return errors > warmUp && level / largest < share;
  }

  @Override
  public String name() {
    return "EDDM";
  }

  @Override
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .int64(warmUp)
        .float64(share)
        .uint8(drifted ? 1 : 0)
        .int64(observations)
        .int64(lastError)
        .int64(errors)
        .float64(mean)
        .float64(squares)
        .float64(largest)
        .toBytes();
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static Eddm fromBytes(byte[] bytes) {
    var in = new StateReader("EDDM", VERSION, KIND, bytes);
    var read = new Eddm(Ranges.whole(in), in.float64());
    read.drifted = Ranges.flag(in);
    read.observations = in.count();
    read.lastError = in.count();
    read.errors = in.count();
    read.mean = Ranges.amount(in);
    read.squares = Ranges.amount(in);
    read.largest = Ranges.amount(in);
    in.end();
    return read;
  }
}
