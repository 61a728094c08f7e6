package dev.weir.monitor.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tests a {@link Claim} about the mean of a number Y in 0..1 that each unit has, 0 the best and 1
 * the worst: failed, wrong, unsure, loss over its largest value, revenue turned round. Mutable,
 * single writer, not thread-safe; two tests over different units can be merged.
 *
 * <p><b>Two arms.</b> With rho the probability of the canary in a unit's draw, and
 *
 * <pre>
 *   w = 1/rho          for a unit that became the canary's,
 *   w = -1/(1 - rho)   for one that became the baseline's,
 * </pre>
 *
 * {@code E[w] = 0} whatever the unit is, so {@code x = w (Y - m)} has mean {@code E[Y|canary] -
 * E[Y|baseline]} for any m that was known before (inverse probability weighting with a control
 * variate). What both arms share - bursts, load, time of day - cancels in the mean. {@link
 * MeanBets} bets on it, unit by unit. It is a bet on the arm given the outcome: with m = 0 a hit
 * multiplies the e-value by {@code q/rho} or {@code (1-q)/(1-rho)} with {@code q = rho + lambda},
 * less what the tolerance costs.
 *
 * <p><b>One arm</b> ({@link Claim.AtMost}): {@code x = Y}, of the canary's units only.
 *
 * <p>m is the mean of the first {@code centreUnits} baseline units, of whole slices; nothing is bet
 * before. With {@code centreUnits} 0 it is 0, which suits rare outcomes, and bets begin at once. It
 * stays as it is, so that all evidence is a function of counts: order and division of the units do
 * not matter, and the interval for the difference needs no state of its own.
 *
 * <pre>
 *   uint8   version, 1                 float64 maximum of the log evidence of violation
 *   uint8   'M'                        float64 maximum of that of being within
 *   claim, shown scale                 uint8 1: bets are made
 *   uint8   levels                     float64 m
 *   int64   centre units               counts learned, judged, of the open slice
 * </pre>
 */
public final class MeanTest implements GuardrailTest {
  /**
   * What is tested.
   *
   * @param claim what must hold
   * @param scale how the number is shown
   * @param levels that values are rounded to, 2 for yes and no, to 255
   * @param centreUnits baseline units seen before the first bet, 0 or more
   */
  public record Parameters(Claim claim, ShownScale scale, int levels, long centreUnits) {
    /** Levels of a number that is more than yes or no: steps of a 64th of the scale. */
    public static final int FINE = 65;

    private static final long USUAL_CENTRE_UNITS = 100;

    public Parameters {
      if (levels < 2 || levels > 255) {
        throw new IllegalArgumentException("levels: " + levels + " (expected: 2 to 255)");
      }
      if (centreUnits < 0) {
        throw new IllegalArgumentException(
            "centreUnits: " + centreUnits + " (expected: 0 or more)");
      }
    }

    /** A rare yes or no: bets begin at once. */
    public static Parameters rare(Claim claim, ShownScale scale) {
      return new Parameters(claim, scale, 2, 0);
    }

    /** A yes or no that is common. */
    public static Parameters common(Claim claim, ShownScale scale) {
      return new Parameters(claim, scale, 2, USUAL_CENTRE_UNITS);
    }

    /** A number. */
    public static Parameters number(Claim claim, ShownScale scale) {
      return new Parameters(claim, scale, FINE, USUAL_CENTRE_UNITS);
    }
  }

  static final byte KIND = 'M';
  private static final int VERSION = 1;
  private static final double LOG_ONE_SIDE = Math.log(2 / Effect.ALPHA);

  private final Parameters parameters;
  private final LevelCounts learned;
  private final LevelCounts judged;
  private boolean betting;
  private double centre;
  private double maxLogEvidence;
  private double maxLogWithin;

  /** A test that has seen nothing. */
  public MeanTest(Parameters parameters) {
    this.parameters = parameters;
    this.learned = new LevelCounts(parameters.levels());
    this.judged = new LevelCounts(parameters.levels());
    this.betting = parameters.centreUnits() == 0 || isOneArmed();
  }

  private MeanTest(StateReader in) {
    this.parameters =
        new Parameters(Claim.read(in), ShownScale.readFrom(in), in.uint8(), in.count());
    this.maxLogEvidence = in.float64();
    this.maxLogWithin = in.float64();
    this.betting = in.uint8() == 1;
    this.centre = in.float64();
    this.learned = LevelCounts.readFrom(in, parameters.levels());
    this.judged = LevelCounts.readFrom(in, parameters.levels());
    in.end();
  }

  private boolean isOneArmed() {
    return parameters.claim() instanceof Claim.AtMost;
  }

  /** The claim and how it is shown. */
  public Parameters parameters() {
    return parameters;
  }

  /** An empty cell to count units in, for {@link #update}. */
  public LevelCounts newCounts() {
    return new LevelCounts(parameters.levels());
  }

  /**
   * Counts some units of the open slice. For a claim about both arms, units drawn with probability
   * 0 or 1 cannot be judged; those of the baseline are learned from.
   *
   * @param units with as many levels as this test has; read, not kept
   */
  public void update(LevelCounts units) {
    (betting ? judged : learned).addAll(units);
  }

  @Override
  public void closeSlice() {
    if (betting) {
      maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
      maxLogWithin = Math.max(maxLogWithin, logWithin());
    } else if (learned.units(false) >= parameters.centreUnits()) {
      centre = learned.mean(false);
      betting = true;
    }
  }

  private MeanBets bets() {
    var cells = new ArrayList<MeanBets.Cell>();
    for (Map.Entry<Double, long[][]> draw : judged.byDraw().entrySet()) {
      double rho = draw.getKey();
      if (isOneArmed()) {
        addCells(cells, draw.getValue()[1], 1, 0, new MeanBets.Range(0, 1, 1));
      } else if (ArmBet.possible(rho)) {
        double canary = 1 / rho;
        double baseline = -1 / (1 - rho);
        var range =
            new MeanBets.Range(
                Math.min(canary * -centre, baseline * (1 - centre)),
                Math.max(canary * (1 - centre), baseline * -centre),
                rho * (1 - rho));
        addCells(cells, draw.getValue()[1], canary, centre, range);
        addCells(cells, draw.getValue()[0], baseline, centre, range);
      }
    }
    return new MeanBets(cells.toArray(MeanBets.Cell[]::new));
  }

  private void addCells(
      List<MeanBets.Cell> cells, long[] counts, double weight, double m, MeanBets.Range range) {
    for (int k = 0; k < counts.length; k++) {
      cells.add(new MeanBets.Cell(weight * (judged.value(k) - m), counts[k], range));
    }
  }

  @Override
  public double logEvidence() {
    MeanBets bets = bets();
    return switch (parameters.claim()) {
      case Claim.NotWorse(double tolerated) -> bets.logAbove(tolerated);
      case Claim.AtMost(double bound) -> bets.logAbove(bound);
      case Claim.Equivalent(double tolerated) ->
          LogSpace.logMean(new double[] {bets.logAbove(tolerated), bets.logBelow(-tolerated)});
    };
  }

  private double logWithin() {
    MeanBets bets = bets();
    return switch (parameters.claim()) {
      case Claim.NotWorse(double tolerated) -> bets.logBelow(tolerated);
      case Claim.AtMost(double bound) -> bets.logBelow(bound);
      case Claim.Equivalent(double tolerated) ->
          Math.min(bets.logBelow(tolerated), bets.logAbove(-tolerated));
    };
  }

  @Override
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  @Override
  public Evidence evidence() {
    long canary = judged.units(true);
    long baseline = judged.units(false);
    ShownScale scale = parameters.scale();
    String statistic =
        canary == 0
            ? scale.measure() + " not seen yet"
            : "%s %s (%,d)".formatted(scale.measure(), scale.words(judged.mean(true)), canary)
                + against(baseline);
    return new Evidence(
        statistic,
        scale.measure(),
        canary,
        baseline,
        logEvidence(),
        maxLogEvidence,
        maxLogWithin,
        effect(canary, baseline));
  }

  private String against(long baseline) {
    ShownScale scale = parameters.scale();
    return switch (parameters.claim()) {
      case Claim.AtMost(double bound) -> ", bound " + scale.words(bound);
      case Claim.NotWorse _, Claim.Equivalent _ ->
          baseline == 0
              ? " against nothing yet"
              : " against %s (%,d)".formatted(scale.words(judged.mean(false)), baseline);
    };
  }

  private Optional<Effect> effect(long canary, long baseline) {
    if (canary == 0 || (baseline == 0 && !isOneArmed())) {
      return Optional.empty();
    }
    MeanBets bets = bets();
    ShownScale scale = parameters.scale();
    double low = bets.lowEnd(LOG_ONE_SIDE, isOneArmed() ? 0 : -1, 1);
    double high = bets.highEnd(LOG_ONE_SIDE, isOneArmed() ? 0 : -1, 1);
    double against =
        parameters.claim() instanceof Claim.AtMost(double bound) ? bound : judged.mean(false);
    double shift = isOneArmed() ? against : 0;
    double one = scale.shownDifference(low - shift);
    double other = scale.shownDifference(high - shift);
    double tolerated =
        switch (parameters.claim()) {
          case Claim.NotWorse(double most) -> most;
          case Claim.Equivalent(double most) -> most;
          case Claim.AtMost _ -> 0;
        };
    return Optional.of(
        new Effect(
            scale.measure(),
            scale.shown(judged.mean(true)),
            scale.shown(against),
            Math.min(one, other),
            Math.max(one, other),
            scale.shownDifference(tolerated)));
  }

  /**
   * Takes over what another test of the same claim saw. The maxima become those of the sum, so a
   * decision that one of them had reached and lost again is not kept.
   */
  public void merge(MeanTest other) {
    if (!other.parameters.equals(parameters) || other.centre != centre) {
      throw new IllegalArgumentException(
          "parameters: "
              + other.parameters
              + " (expected: "
              + parameters
              + ", and the same centre)");
    }
    learned.addAll(other.learned);
    judged.addAll(other.judged);
    closeSlice();
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    Claim.write(parameters.claim(), out);
    parameters.scale().writeTo(out);
    out.uint8(parameters.levels())
        .int64(parameters.centreUnits())
        .float64(maxLogEvidence)
        .float64(maxLogWithin)
        .uint8(betting ? 1 : 0)
        .float64(centre);
    learned.writeTo(out);
    judged.writeTo(out);
    return out.toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static MeanTest fromBytes(byte[] bytes) {
    return new MeanTest(new StateReader("mean", VERSION, KIND, bytes));
  }
}
