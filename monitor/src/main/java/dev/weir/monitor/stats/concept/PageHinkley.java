package dev.weir.monitor.stats.concept;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;

/**
 * Page-Hinkley test of a change of mean: sums of deviations from the running mean, less (plus)
 * {@code delta}, faded by {@code alpha}; a drift when a sum has moved by {@code threshold} from its
 * least (largest) value. Page, Biometrika 41 (1954); fading after Gama, Sebastiao and Rodrigues,
 * Mach. Learn. 90 (2013).
 *
 * <pre>
 *   uint8 version, 1 · uint8 'P' · int64 minObservations · float64 delta · float64 threshold
 *   float64 alpha · uint8 side · uint8 drifted · int64 observations · float64 mean · float64 up
 *   float64 leastUp · float64 down · float64 mostDown
 * </pre>
 */
public final class PageHinkley implements ConceptDetector {
  /** Which changes are looked for. */
  public enum Side {
    /** The mean rises. */
    UP,
    /** The mean falls. */
    DOWN,
    /** Either. */
    BOTH
  }

  /**
   * How it works.
   *
   * @param minObservations before any drift is seen, at least 1
   * @param delta change that is tolerated, at least 0
   * @param threshold how far a sum has to move, over 0
   * @param alpha fading of the sums, over 0, at most 1
   * @param side changes that are looked for
   */
  public record Parameters(
      int minObservations, double delta, double threshold, double alpha, Side side) {
    public Parameters {
      Ranges.atLeast("minObservations", minObservations, 1);
      Ranges.between("delta", delta, 0, Ranges.LARGEST);
      Ranges.between("threshold", threshold, Double.MIN_VALUE, Ranges.LARGEST);
      Ranges.between("alpha", alpha, Double.MIN_VALUE, 1);
    }

    /** 30 observations, 0.005, 50, 0.9999, both sides. */
    public static Parameters usual() {
      return new Parameters(30, 0.005, 50, 0.9999, Side.BOTH);
    }
  }

  static final byte KIND = 'P';
  private static final int VERSION = 1;

  private final Parameters parameters;
  private boolean drifted;
  private long observations;
  private double mean;
  private double up;
  private double leastUp;
  private double down;
  private double mostDown;

  /** One that has seen nothing. */
  public PageHinkley(Parameters parameters) {
    this.parameters = parameters;
    restart();
  }

  private void restart() {
    observations = 0;
    mean = 0;
    up = 0;
    down = 0;
    leastUp = Double.POSITIVE_INFINITY;
    mostDown = Double.NEGATIVE_INFINITY;
  }

  @Override
  public boolean observe(double value) {
    Ranges.number(value);
    if (drifted) {
      restart();
    }
    observations++;
    mean += (value - mean) / observations;
    double deviation = value - mean;
    up = parameters.alpha() * up + deviation - parameters.delta();
    down = parameters.alpha() * down + deviation + parameters.delta();
    leastUp = Math.min(leastUp, up);
    mostDown = Math.max(mostDown, down);
    boolean rises = up - leastUp > parameters.threshold();
    boolean falls = mostDown - down > parameters.threshold();
    drifted =
        observations >= parameters.minObservations()
            && switch (parameters.side()) {
              case UP -> rises;
              case DOWN -> falls;
              case BOTH -> rises || falls;
            };
    return drifted;
  }

  @Override
  public String name() {
    return "Page-Hinkley";
  }

  @Override
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .int64(parameters.minObservations())
        .float64(parameters.delta())
        .float64(parameters.threshold())
        .float64(parameters.alpha())
        .uint8(parameters.side().ordinal())
        .uint8(drifted ? 1 : 0)
        .int64(observations)
        .float64(mean)
        .float64(up)
        .float64(leastUp)
        .float64(down)
        .float64(mostDown)
        .toBytes();
  }

  /**
   * The detector that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static PageHinkley fromBytes(byte[] bytes) {
    var in = new StateReader("Page-Hinkley", VERSION, KIND, bytes);
    int min = Ranges.whole(in);
    double delta = in.float64();
    double threshold = in.float64();
    double alpha = in.float64();
    int side = in.uint8();
    if (side >= Side.values().length) {
      throw in.damaged("side " + side + " (expected: 0 to 2)");
    }
    var read = new PageHinkley(new Parameters(min, delta, threshold, alpha, Side.values()[side]));
    read.drifted = Ranges.flag(in);
    read.observations = in.count();
    read.mean = Ranges.finite(in);
    read.up = Ranges.finite(in);
    read.leastUp = in.float64();
    read.down = Ranges.finite(in);
    read.mostDown = in.float64();
    in.end();
    return read;
  }
}
