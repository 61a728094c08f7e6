package dev.weir.monitor.stats;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Tests a {@link Claim} about a {@link Measure} of the canary, such as precision or AUC. Mutable,
 * single writer, not thread-safe.
 *
 * <p><b>Against a bound f</b>: bets on the mean of the measure's weight at f, over the canary's
 * events alone.
 *
 * <p><b>Against the baseline</b>: the claim is false when there is an f with the baseline's badness
 * at most f and the canary's over f + tolerated. It is true when, for the f that is the baseline's
 * badness, both "the baseline's is at least f" and "the canary's is at most f + tolerated" hold; so
 * at that f the mean of the two e-values against these is an e-value, half of the larger is less,
 * and the least of that over all f is less still. One of the two grows with f and the other falls,
 * so it is where they cross. What is shown within is tested the same way with all signs turned.
 *
 * <p>Unlike {@link MeanTest} this promises nothing when a measure drifts during the rollout: it
 * takes each arm's badness as one number. Source of the combination: an e-value against a union of
 * nulls is the least of the e-values against each (Vovk and Wang, Ann. Statist. 49, 2021).
 *
 * <pre>
 *   uint8   version, 1           float64 maximum of the log evidence of violation
 *   uint8   'Q'                  float64 maximum of that of being within
 *   uint8   measure's number     events x int64 canary
 *   claim, shown scale           events x int64 baseline
 * </pre>
 */
public final class MeasureTest implements GuardrailTest {
  /**
   * What is tested.
   *
   * @param measure the measure
   * @param claim about its badness
   * @param scale how the badness is shown
   */
  public record Parameters(Measure measure, Claim claim, ShownScale scale) {}

  static final byte KIND = 'Q';
  private static final int VERSION = 1;
  private static final int HALVINGS = 20;
  private static final double LOG_ONE_SIDE = Math.log(2 / Effect.ALPHA);

  private final Parameters parameters;
  private final long[] canary;
  private final long[] baseline;
  private double maxLogEvidence;
  private double maxLogWithin;

  /** A test that has seen nothing. */
  public MeasureTest(Parameters parameters) {
    this.parameters = parameters;
    this.canary = new long[parameters.measure().events()];
    this.baseline = new long[parameters.measure().events()];
  }

  private MeasureTest(StateReader in) {
    int measure = in.uint8();
    if (measure >= Measure.values().length) {
      throw in.damaged("measure " + measure + " (expected: under " + Measure.values().length + ")");
    }
    this.parameters =
        new Parameters(Measure.values()[measure], Claim.read(in), ShownScale.readFrom(in));
    this.maxLogEvidence = in.float64();
    this.maxLogWithin = in.float64();
    this.canary = new long[parameters.measure().events()];
    this.baseline = new long[parameters.measure().events()];
    for (long[] arm : new long[][] {canary, baseline}) {
      for (int event = 0; event < arm.length; event++) {
        arm[event] = in.count();
      }
    }
    in.end();
  }

  /** What is tested. */
  public Parameters parameters() {
    return parameters;
  }

  static long sum(long[] counts) {
    return Arrays.stream(counts).sum();
  }

  /**
   * Counts events of the open slice.
   *
   * @param ofCanary whose they are
   * @param event number of the event in the measure
   * @param count at least 0
   */
  public void update(boolean ofCanary, int event, long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
    }
    (ofCanary ? canary : baseline)[event] += count;
  }

  @Override
  public void closeSlice() {
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
    maxLogWithin = Math.max(maxLogWithin, logWithin());
  }

  /** Evidence that an arm's badness is over f, or ({@code over} false) under it. */
  private double log(long[] arm, double f, boolean over) {
    Measure measure = parameters.measure();
    double clamped = Math.clamp(f, 0.0, 1.0);
    double least = measure.weight(0, clamped);
    double most = measure.weight(arm.length - 1, clamped);
    var range = new MeanBets.Range(least, most, 1);
    var cells = new MeanBets.Cell[arm.length];
    for (int event = 0; event < arm.length; event++) {
      cells[event] = new MeanBets.Cell(measure.weight(event, clamped), arm[event], range);
    }
    var bets = new MeanBets(cells);
    return over ? bets.logAbove(0) : bets.logBelow(0);
  }

  /** Evidence that the canary's badness is more than {@code d} over the baseline's. */
  private double logMoreThan(double d) {
    return leastOfLarger(f -> log(baseline, f, false), f -> log(canary, f + d, true));
  }

  /** Evidence that the canary's badness is less than {@code d} over the baseline's. */
  private double logLessThan(double d) {
    return leastOfLarger(f -> log(canary, f + d, false), f -> log(baseline, f, true));
  }

  /**
   * Half of the least, over all f, of the larger of two e-values: they cross where it is taken.
   *
   * @param rising grows with f
   * @param falling falls with f
   */
  private static double leastOfLarger(DoubleUnaryOperator rising, DoubleUnaryOperator falling) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double f = (low + high) / 2;
      if (rising.applyAsDouble(f) < falling.applyAsDouble(f)) {
        low = f;
      } else {
        high = f;
      }
    }
    // For every f between the two, one of them is at least this.
    return Math.max(rising.applyAsDouble(low), falling.applyAsDouble(high)) - Math.log(2);
  }

  @Override
  public double logEvidence() {
    return switch (parameters.claim()) {
      case Claim.AtMost(double bound) -> log(canary, bound, true);
      case Claim.NotWorse(double tolerated) -> logMoreThan(tolerated);
      case Claim.Equivalent(double tolerated) ->
          LogSpace.logMean(new double[] {logMoreThan(tolerated), logLessThan(-tolerated)});
    };
  }

  private double logWithin() {
    return switch (parameters.claim()) {
      case Claim.AtMost(double bound) -> log(canary, bound, false);
      case Claim.NotWorse(double tolerated) -> logLessThan(tolerated);
      case Claim.Equivalent(double tolerated) ->
          Math.min(logLessThan(tolerated), logMoreThan(-tolerated));
    };
  }

  @Override
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  @Override
  public Evidence evidence() {
    ShownScale scale = parameters.scale();
    long canaryEvents = sum(canary);
    long baselineEvents = sum(baseline);
    String statistic =
        canaryEvents == 0
            ? scale.measure() + " not seen yet"
            : "%s %s (%,d)"
                    .formatted(
                        scale.measure(),
                        scale.words(parameters.measure().badness(canary)),
                        canaryEvents)
                + against(baselineEvents);
    return new Evidence(
        statistic,
        scale.measure(),
        canaryEvents,
        baselineEvents,
        logEvidence(),
        maxLogEvidence,
        maxLogWithin,
        effect(canaryEvents, baselineEvents));
  }

  private String against(long baselineEvents) {
    ShownScale scale = parameters.scale();
    if (parameters.claim() instanceof Claim.AtMost(double bound)) {
      return ", bound " + scale.words(bound);
    }
    return baselineEvents == 0
        ? " against nothing yet"
        : " against %s (%,d)"
            .formatted(scale.words(parameters.measure().badness(baseline)), baselineEvents);
  }

  private Optional<Effect> effect(long canaryEvents, long baselineEvents) {
    boolean oneArmed = parameters.claim() instanceof Claim.AtMost;
    if (canaryEvents == 0 || (baselineEvents == 0 && !oneArmed)) {
      return Optional.empty();
    }
    // Two intervals at half the error each: what is left of both is right with 0.95 or more.
    double logThreshold = oneArmed ? LOG_ONE_SIDE : LOG_ONE_SIDE + Math.log(2);
    double low = end(canary, logThreshold, true);
    double high = end(canary, logThreshold, false);
    double against;
    if (parameters.claim() instanceof Claim.AtMost(double bound)) {
      against = bound;
      low -= bound;
      high -= bound;
    } else {
      against = parameters.measure().badness(baseline);
      double baselineLow = end(baseline, logThreshold, true);
      double baselineHigh = end(baseline, logThreshold, false);
      low -= baselineHigh;
      high -= baselineLow;
    }
    ShownScale scale = parameters.scale();
    double one = scale.shownDifference(low);
    double other = scale.shownDifference(high);
    double tolerated =
        switch (parameters.claim()) {
          case Claim.NotWorse(double most) -> most;
          case Claim.Equivalent(double most) -> most;
          case Claim.AtMost _ -> 0;
        };
    return Optional.of(
        new Effect(
            scale.measure(),
            scale.shown(parameters.measure().badness(canary)),
            scale.shown(against),
            Math.min(one, other),
            Math.max(one, other),
            scale.shownDifference(tolerated)));
  }

  /** Lower or upper end of an interval for one arm's badness. */
  private double end(long[] arm, double logThreshold, boolean lower) {
    double outside = lower ? 0 : 1;
    double inside = parameters.measure().badness(arm);
    if (log(arm, outside, lower) < logThreshold) {
      return outside;
    }
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (inside + outside) / 2;
      if (log(arm, middle, lower) < logThreshold) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return outside;
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    out.uint8(parameters.measure().ordinal());
    Claim.write(parameters.claim(), out);
    parameters.scale().writeTo(out);
    out.float64(maxLogEvidence).float64(maxLogWithin);
    for (long[] arm : new long[][] {canary, baseline}) {
      for (long count : arm) {
        out.int64(count);
      }
    }
    return out.toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static MeasureTest fromBytes(byte[] bytes) {
    return new MeasureTest(new StateReader("measure", VERSION, KIND, bytes));
  }
}
