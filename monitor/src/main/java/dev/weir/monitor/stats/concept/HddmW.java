package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * HDDM with the W-test: compares exponentially weighted means before and after the most favourable
 * cut, by McDiarmid's inequality. Values in 0..1. Frias-Blanco et al., IEEE Trans. Knowl. Data Eng.
 * 27 (2015). The paper's warning level is left out: nothing here learns.
 *
 * <p>The first value of a mean has the whole weight, so its sum of squared weights is 1, as the
 * paper has it; river 0.26.1 starts with less and is a few observations earlier now and then.
 *
 * <pre>
 *   uint8 version, 1 · uint8 'W' · float64 confidence · float64 lambda · uint8 twoSided
 *   uint8 drifted · mean of all · for rises, then falls: float64 cut · mean before · mean after
 *   a mean: uint8 whether something was seen · float64 mean · float64 sum of squared weights
 * </pre>
 */
public final class HddmW implements ConceptDetector {
  static final byte KIND = 'W';
  private static final int VERSION = 1;

  private final double confidence;
  private final double lambda;
  private final boolean twoSided;
  private boolean drifted;
  private Weighted all = Weighted.NOTHING;
  private Side rise = Side.rise();
  private Side fall = Side.fall();

  /**
   * A weighted mean.
   *
   * @param mean NaN: nothing seen
   * @param squaredWeights sum of the squared weights
   */
  private record Weighted(double mean, double squaredWeights) {
    static final Weighted NOTHING = new Weighted(Double.NaN, 0);

    boolean isNothing() {
      return Double.isNaN(mean);
    }

    Weighted plus(double value, double lambda) {
      double keep = 1 - lambda;
      return isNothing()
          ? new Weighted(value, 1)
          : new Weighted(
              lambda * value + keep * mean, lambda * lambda + keep * keep * squaredWeights);
    }
  }

  /**
   * One direction of change.
   *
   * @param sign 1 for a rise
   * @param cut most favourable end of the bound so far
   * @param before mean up to the cut
   * @param after mean since
   */
  private record Side(int sign, double cut, Weighted before, Weighted after) {
    static Side rise() {
      return new Side(1, Double.POSITIVE_INFINITY, Weighted.NOTHING, Weighted.NOTHING);
    }

    static Side fall() {
      return new Side(-1, Double.NEGATIVE_INFINITY, Weighted.NOTHING, Weighted.NOTHING);
    }

    Side next(Weighted all, double value, double lambda, double confidence) {
      double end = all.mean() + sign * bound(all.squaredWeights(), confidence);
      return sign * end < sign * cut
          ? new Side(sign, end, all, Weighted.NOTHING)
          : new Side(sign, cut, before, after.plus(value, lambda));
    }

    boolean isBeyond(double confidence) {
      return !before.isNothing()
          && !after.isNothing()
          && sign * (after.mean() - before.mean())
              > bound(before.squaredWeights() + after.squaredWeights(), confidence);
    }
  }

  private static double bound(double squaredWeights, double confidence) {
    return Math.sqrt(squaredWeights * Math.log(1 / confidence) / 2);
  }

  /** Confidence 0.001, lambda 0.05, rises only. */
  public HddmW() {
    this(0.001, 0.05, false);
  }

  /**
   * One that has seen nothing.
   *
   * @param confidence error of each test, over 0 and under 1
   * @param lambda weight of the newest value, over 0 and under 1
   * @param twoSided falls count too
   */
  public HddmW(double confidence, double lambda, boolean twoSided) {
    Ranges.between("confidence", confidence, Double.MIN_VALUE, Math.nextDown(1.0));
    Ranges.between("lambda", lambda, Double.MIN_VALUE, Math.nextDown(1.0));
    this.confidence = confidence;
    this.lambda = lambda;
    this.twoSided = twoSided;
  }

  @Override
  public boolean observe(double value) {
    Ranges.share(value);
    if (drifted) {
      all = Weighted.NOTHING;
      rise = Side.rise();
      fall = Side.fall();
    }
    all = all.plus(value, lambda);
    rise = rise.next(all, value, lambda, confidence);
    fall = fall.next(all, value, lambda, confidence);
    drifted = rise.isBeyond(confidence) || (twoSided && fall.isBeyond(confidence));
    return drifted;
  }

  @Override
  public String name() {
    return "HDDM_W";
  }

  @Override
  public byte[] toBytes() {
    var out =
        new StateWriter(VERSION, KIND)
            .float64(confidence)
            .float64(lambda)
            .uint8(twoSided ? 1 : 0)
            .uint8(drifted ? 1 : 0);
    write(out, all);
    for (Side side : new Side[] {rise, fall}) {
      out.float64(side.cut());
      write(out, side.before());
      write(out, side.after());
    }
    return out.toBytes();
  }

  private static void write(StateWriter out, Weighted weighted) {
    out.uint8(weighted.isNothing() ? 0 : 1)
        .float64(weighted.isNothing() ? 0 : weighted.mean())
        .float64(weighted.squaredWeights());
  }

  private static Weighted readWeighted(StateReader in) {
    boolean something = Ranges.flag(in);
    double mean = Ranges.finite(in);
    double squares = Ranges.amount(in);
    return something ? new Weighted(mean, squares) : Weighted.NOTHING;
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static HddmW fromBytes(byte[] bytes) {
    var in = new StateReader("HDDM_W", VERSION, KIND, bytes);
    var read = new HddmW(in.float64(), in.float64(), Ranges.flag(in));
    read.drifted = Ranges.flag(in);
    read.all = readWeighted(in);
    read.rise = new Side(1, in.float64(), readWeighted(in), readWeighted(in));
    read.fall = new Side(-1, in.float64(), readWeighted(in), readWeighted(in));
    in.end();
    return read;
  }
}
