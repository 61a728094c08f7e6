package dev.weir.monitor.stats;

import java.util.List;
import java.util.Optional;

/**
 * Tests "the canary's error rate is at most {@code toleratedRatio} times the baseline's": a {@link
 * LiftMixture} whose hits are errors. A canary with fewer errors can never violate it. Mutable,
 * single writer, not thread-safe.
 *
 * <p>That the statement holds is shown by bets against "at least {@code toleratedRatio} times": it
 * takes errors of the baseline that the canary lacks, so it can take long where errors are rare.
 *
 * <p>The base rate that the bets assume is {@code (errors + priorRate * priorUnits) / (units +
 * priorUnits)} over all baseline units of closed slices. It is known before the slice that it is
 * used in, and it can only cost power. Bets begin at once: with tolerance it matters only through
 * the cap, and a canary that breaks everything should not wait.
 *
 * <pre>
 *   uint8   version, 2                  float64 judged base rate, frozen
 *   uint8   'E'                         float64 maximum of the log evidence
 *   float64 tolerated ratio             4 x int64 judged: canary errors, OK, baseline errors, OK
 *   float64 prior rate                  int64   learned baseline errors
 *   float64 prior units                 int64   learned baseline units
 *   uint8 n, n x float64 lifts          n x float64 log evidence by lift
 *                                       float64 maximum of the log evidence of being within
 *                                       6 x float64 log evidence of that by lift
 * </pre>
 *
 * <p>(The left column first, then the right one.)
 */
public final class ErrorRateTest implements GuardrailTest {
  /**
   * How the test bets.
   *
   * @param toleratedRatio 1 (strict) to 1,000
   * @param priorRate error rate assumed before anything was seen, over 0 and under 1
   * @param priorUnits how many units that assumption weighs, over 0
   * @param lifts alternatives, ratios over 1 beyond the tolerated one
   */
  public record Parameters(
      double toleratedRatio, double priorRate, double priorUnits, List<Double> lifts) {
    private static final List<Double> DEFAULT_LIFTS =
        List.of(1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0);
    private static final List<Double> WITHIN_LIFTS = List.of(0.95, 0.9, 0.8, 0.67, 0.5, 0.25);

    public Parameters {
      LiftMixture.Parameters.requireToleratedRatio(toleratedRatio);
      if (!(priorRate > 0 && priorRate < 1)) {
        throw new IllegalArgumentException(
            "priorRate: " + priorRate + " (expected: over 0, under 1)");
      }
      if (!(priorUnits > 0 && priorUnits < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("priorUnits: " + priorUnits + " (expected: over 0)");
      }
      lifts = List.copyOf(lifts);
      if (lifts.stream().anyMatch(lift -> !(lift > 1))) {
        throw new IllegalArgumentException("lifts: " + lifts + " (expected: each over 1)");
      }
    }

    /** The defaults with this tolerance: 1 % errors assumed, weighing 100 units; eight lifts. */
    public static Parameters tolerating(double toleratedRatio) {
      return new Parameters(toleratedRatio, 0.01, 100, DEFAULT_LIFTS);
    }

    private LiftMixture.Parameters withinMixture() {
      return new LiftMixture.Parameters(
          LiftMixture.Claim.HITS_AT_LEAST,
          WITHIN_LIFTS,
          toleratedRatio,
          new LiftMixture.Cap(0.999, 0));
    }

    private LiftMixture.Parameters mixture() {
      return new LiftMixture.Parameters(
          LiftMixture.Claim.HITS_AT_MOST, lifts, toleratedRatio, new LiftMixture.Cap(0.999, 0));
    }
  }

  static final byte KIND = 'E';
  private static final int VERSION = 2;

  private final Parameters parameters;
  private final LiftMixture mixture;
  private final LiftMixture within;
  private HitCounts judged;
  private long learnedErrors;
  private long learnedUnits;
  private double baseRate;
  private double maxLogEvidence;
  private double maxLogWithin;

  /** A test that has seen nothing. */
  public ErrorRateTest(Parameters parameters) {
    this.parameters = parameters;
    this.mixture = new LiftMixture(parameters.mixture());
    this.within = new LiftMixture(parameters.withinMixture());
    this.judged = HitCounts.NONE;
    this.baseRate = parameters.priorRate();
  }

  private ErrorRateTest(StateReader in) {
    this.parameters = new Parameters(in.float64(), in.float64(), in.float64(), in.float64List());
    this.baseRate = in.float64();
    this.maxLogEvidence = in.float64();
    this.judged = HitCounts.readFrom(in);
    this.learnedErrors = in.count();
    this.learnedUnits = in.count();
    this.mixture = LiftMixture.readFrom(in, parameters.mixture());
    this.maxLogWithin = in.float64();
    this.within = LiftMixture.readFrom(in, parameters.withinMixture());
    in.end();
  }

  /**
   * Counts some units of the open slice. Units drawn with probability 0 or 1 cannot be judged;
   * those of the baseline are learned from.
   *
   * @param canaryProbability rho of these units' draws, 0 to 1
   * @param errors hits are units that ended in an error or did not end
   */
  public void update(double canaryProbability, HitCounts errors) {
    if (!ArmBet.possible(canaryProbability)) {
      learnBaseline(errors.baselineHits(), errors.baselineUnits());
      return;
    }
    mixture.update(canaryProbability, baseRate, errors);
    within.update(canaryProbability, baseRate, errors);
    judged = judged.plus(errors);
  }

  /**
   * Learns from baseline requests that are not judged, such as those before the rollout. Shapes
   * bets from the next slice on.
   *
   * @param errors requests that ended in an error, 0 to {@code units}
   * @param units requests
   */
  public void learnBaseline(long errors, long units) {
    if (errors < 0 || units < errors) {
      throw new IllegalArgumentException(
          "errors: " + errors + " (expected: 0 to " + units + ", the units)");
    }
    learnedErrors += errors;
    learnedUnits += units;
  }

  @Override
  public void closeSlice() {
    double errors = learnedErrors + judged.baselineHits();
    double units = learnedUnits + judged.baselineUnits();
    baseRate =
        (errors + parameters.priorRate() * parameters.priorUnits())
            / (units + parameters.priorUnits());
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
    maxLogWithin = Math.max(maxLogWithin, within.logEvidence());
  }

  @Override
  public double logEvidence() {
    return mixture.logEvidence();
  }

  @Override
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  @Override
  public Evidence evidence() {
    return new Evidence(
        "errors "
            + Words.share(judged.canaryHits(), judged.canaryUnits())
            + " against "
            + Words.share(judged.baselineHits(), judged.baselineUnits()),
        "errors, bet on "
            + Words.ratio(mixture.strongestLift() * parameters.toleratedRatio())
            + " times as many",
        judged.canaryUnits(),
        judged.baselineUnits(),
        logEvidence(),
        maxLogEvidence,
        maxLogWithin,
        Optional.empty());
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    out.float64(parameters.toleratedRatio())
        .float64(parameters.priorRate())
        .float64(parameters.priorUnits())
        .float64List(parameters.lifts())
        .float64(baseRate)
        .float64(maxLogEvidence);
    judged.writeTo(out);
    out.int64(learnedErrors).int64(learnedUnits);
    mixture.writeTo(out);
    out.float64(maxLogWithin);
    within.writeTo(out);
    return out.toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static ErrorRateTest fromBytes(byte[] bytes) {
    return new ErrorRateTest(new StateReader("error rate", VERSION, KIND, bytes));
  }
}
