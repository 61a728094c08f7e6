package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * Drift detection method: a drift when error rate plus its standard deviation is more than {@code
 * deviations} deviations over the least such sum so far. Gama, Medas, Castillo and Rodrigues, SBIA
 * 2004. Alarms on most sound streams sooner or later (docs/concept-drift.md). The paper's warning
 * level, at which a second learner is to be started, is left out: nothing here learns.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'D' · int64 warmUp · float64 deviations · uint8 drifted
 *   int64 observations · float64 rate · float64 leastRate · float64 leastDeviation
 * </pre>
 */
public final class Ddm implements ConceptDetector {
  static final byte KIND = 'D';
  private static final int VERSION = 1;

  private final int warmUp;
  private final double deviations;
  private boolean drifted;
  private long observations;
  private double rate;
  private double leastRate;
  private double leastDeviation;

  /** 30 observations first, 3 deviations. */
  public Ddm() {
    this(30, 3);
  }

  /**
   * One that has seen nothing.
   *
   * @param warmUp observations before any drift is seen, at least 1
   * @param deviations over the least sum, over 0
   */
  public Ddm(int warmUp, double deviations) {
    Ranges.atLeast("warmUp", warmUp, 1);
    Ranges.between("deviations", deviations, Double.MIN_VALUE, Double.MAX_VALUE);
    this.warmUp = warmUp;
    this.deviations = deviations;
    restart();
  }

  private void restart() {
    observations = 0;
    rate = 0;
    leastRate = Double.POSITIVE_INFINITY;
    leastDeviation = Double.POSITIVE_INFINITY;
  }

  @Override
  public boolean observe(double value) {
    Ranges.share(value);
    if (drifted) {
      restart();
    }
    observations++;
    rate += (value - rate) / observations;
    double deviation = Math.sqrt(rate * (1 - rate) / observations);
    drifted = false;
    if (observations > warmUp) {
      if (rate + deviation <= leastRate + leastDeviation) {
        leastRate = rate;
        leastDeviation = deviation;
      }
      drifted = rate + deviation > leastRate + deviations * leastDeviation;
    }
    return drifted;
  }

  @Override
  public String name() {
    return "DDM";
  }

  @Override
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .int64(warmUp)
        .float64(deviations)
        .uint8(drifted ? 1 : 0)
        .int64(observations)
        .float64(rate)
        .float64(leastRate)
        .float64(leastDeviation)
        .toBytes();
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static Ddm fromBytes(byte[] bytes) {
    var in = new StateReader("DDM", VERSION, KIND, bytes);
    var read = new Ddm(Ranges.whole(in), in.float64());
    read.drifted = Ranges.flag(in);
    read.observations = in.count();
    read.rate = in.float64();
    if (!(read.rate >= 0 && read.rate <= 1)) {
      throw in.damaged("rate " + read.rate + " (expected: 0 to 1)");
    }
    read.leastRate = in.float64();
    read.leastDeviation = in.float64();
    in.end();
    return read;
  }
}
