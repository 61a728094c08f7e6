package dev.weir.monitor.stats;

import java.util.Optional;

/**
 * Tests the experiment itself: "each unit was the canary's with the probability that was recorded".
 * If that is false (outcomes of one arm get lost, a router draws wrongly, units are counted twice
 * in one arm), no other test's promise holds, and the verdict is <em>invalid</em>, not
 * <em>violated</em>. It has its own budget, {@value #DEFAULT_ALPHA} by default. Mutable, single
 * writer, not thread-safe.
 *
 * <p>The two-sided mean, over tilts k and 1/k, of the products of {@link ArmBet}s with boundary 1:
 * for n units with c of the canary drawn at odds o, the factor is
 *
 * <pre>
 *   (q/rho)^c ((1 - q)/(1 - rho))^(n - c) = k^c ((1 + o)/(1 + k o))^n,   q = k o/(1 + k o).
 * </pre>
 *
 * <p>Each has mean exactly 1 under the null with whatever rho its own unit had, so rho may change
 * from cell to cell. Tilting the odds, instead of betting on a fixed share, is what carries a
 * finding over a change of rho: "half of the canary's outcomes are missing" is k = 1/2 at every
 * rho.
 *
 * <pre>
 *   uint8   version, 1                        int64   canary units
 *   uint8   'S'                               int64   baseline units
 *   float64 alpha                             float64 expected canary units
 *   float64 maximum of the log evidence       16 x float64 log evidence by tilt
 * </pre>
 *
 * <p>(The left column first, then the right one.)
 */
public final class SampleRatioTest {
  /** False-alarm budget of this test unless another is given. */
  public static final double DEFAULT_ALPHA = 1e-4;

  private static final byte KIND = 'S';
  private static final int VERSION = 1;
  private static final double[] TILTS = {
    1.02, 1 / 1.02, 1.05, 1 / 1.05, 1.1, 1 / 1.1, 1.2, 1 / 1.2, 1.5, 1 / 1.5, 2, 0.5, 4, 0.25, 16,
    1 / 16.0
  };

  private final double alpha;
  private final double[] logs;
  private long canaryUnits;
  private long baselineUnits;
  private double expectedCanaryUnits;
  private double maxLogEvidence;

  /**
   * A test that has seen nothing.
   *
   * @param alpha probability of ever calling a sound experiment invalid, over 0 and under 1
   */
  public SampleRatioTest(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: over 0, under 1)");
    }
    this.alpha = alpha;
    this.logs = new double[TILTS.length];
  }

  private SampleRatioTest(StateReader in) {
    this.alpha = in.float64();
    this.maxLogEvidence = in.float64();
    this.canaryUnits = in.count();
    this.baselineUnits = in.count();
    this.expectedCanaryUnits = in.float64();
    this.logs = in.float64s(TILTS.length);
    in.end();
  }

  /**
   * Counts some units of the open slice, whatever became of them; before any sampling. Units drawn
   * with probability 0 or 1 say nothing and are left out.
   *
   * @param canaryProbability rho of these units' draws, 0 to 1
   * @param units how many there were of each arm
   */
  public void update(double canaryProbability, ArmUnits units) {
    if (!ArmBet.possible(canaryProbability)) {
      return;
    }
    double odds = ArmBet.odds(canaryProbability);
    for (int i = 0; i < TILTS.length; i++) {
      logs[i] += ArmBet.of(odds, 1, TILTS[i]).total(units.canary(), units.baseline());
    }
    canaryUnits += units.canary();
    baselineUnits += units.baseline();
    expectedCanaryUnits += canaryProbability * (units.canary() + units.baseline());
  }

  /** Ends a slice: the running maximum takes in the evidence. */
  public void closeSlice() {
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
  }

  /** Whether the experiment is broken: at the end of some slice, the e-value reached 1/alpha. */
  public boolean invalid() {
    return maxLogEvidence >= logThreshold();
  }

  /** {@code ln(1/alpha)}. */
  public double logThreshold() {
    return -Math.log(alpha);
  }

  /** Natural logarithm of the e-value now, open slice included. */
  public double logEvidence() {
    return LogSpace.logMean(logs);
  }

  /** Largest {@link #logEvidence} at the end of any slice so far, at least 0. */
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  /** The same with the observed shares, for people. */
  public Evidence evidence() {
    long units = canaryUnits + baselineUnits;
    return new Evidence(
        "canary share "
            + Words.share(canaryUnits, units)
            + (units == 0
                ? ""
                : " where " + Words.percent(expectedCanaryUnits / units) + " was drawn"),
        canaryUnits < expectedCanaryUnits
            ? "canary units missing or baseline units too many"
            : "baseline units missing or canary units too many",
        canaryUnits,
        baselineUnits,
        logEvidence(),
        maxLogEvidence,
        0,
        Optional.empty());
  }

  /** All state, open slice included. */
  public byte[] toBytes() {
    return new StateWriter(VERSION, KIND)
        .float64(alpha)
        .float64(maxLogEvidence)
        .int64(canaryUnits)
        .int64(baselineUnits)
        .float64(expectedCanaryUnits)
        .float64s(logs)
        .toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static SampleRatioTest fromBytes(byte[] bytes) {
    return new SampleRatioTest(new StateReader("sample ratio", VERSION, KIND, bytes));
  }
}
