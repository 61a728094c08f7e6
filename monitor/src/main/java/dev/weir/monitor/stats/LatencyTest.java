package dev.weir.monitor.stats;

import dev.weir.platform.outcome.LatencyScale;
import java.util.List;
import java.util.Optional;

/**
 * Tests "the canary's latency is stochastically at most {@code toleratedRatio} times the baseline's
 * plus {@code toleratedSlack}": for no x is the canary more often over {@code ratio x + slack} than
 * the baseline is over x. Requests that fail or do not end are slower than any x, in both arms.
 * Mutable, single writer, not thread-safe.
 *
 * <p>For six thresholds x_j, each a quantile of the baseline's past, the outcome of a baseline unit
 * is "latency &gt; x_j", that of a canary unit "latency &gt; ratio x_j + slack", and a strict
 * {@link LiftMixture} bets on it; the e-value is the mean over thresholds. The tolerance is in the
 * thresholds, therefore the null stays "no more frequent" and both hits and misses are bet on.
 *
 * <p><b>Buckets suffice.</b> x_j is always a bucket's upper bound, so the baseline's outcome is
 * exact. The canary's threshold is rounded <em>up</em> to a bucket's upper bound y_j &gt;= ratio
 * x_j + slack. A canary unit over y_j is also over the true threshold, so under the null P(canary
 * &gt; y_j) &lt;= P(canary &gt; ratio x_j + slack) &lt;= P(baseline &gt; x_j): rounding can hide up
 * to one bucket's width (3.1 %) of slowness and never invents any.
 *
 * <p><b>Thresholds and base rates</b> are taken, at the end of a slice, from all baseline counts so
 * far, and used from the next slice on. No bet is made before {@code minBaselineUnits} were seen at
 * the end of some slice: thresholds from a handful of requests would waste evidence. Both rules use
 * the past only, hence validity is untouched. Quantiles are those of answered requests.
 *
 * <pre>
 *   uint8   version, 1                     float64 maximum of the log evidence
 *   uint8   'L'                            uint8   1: bets are made
 *   float64 tolerated ratio                q x uint16  bucket of x_j
 *   int64   tolerated slack, nanos         q x float64 base rate at x_j
 *   int64   min baseline units             histogram, canary, judged
 *   uint8 q, q x float64 quantiles         histogram, baseline, judged
 *   uint8 n, n x float64 lifts             histogram, baseline, learned
 *                                          q x n x float64 log evidence
 * </pre>
 *
 * <p>(The left column first, then the right one; histograms as {@link LatencyHistogram} writes.)
 */
public final class LatencyTest implements GuardrailTest {
  /**
   * How the test bets.
   *
   * @param toleratedRatio 1 to 1,000
   * @param toleratedSlackNanos at least 0
   * @param minBaselineUnits baseline requests to be seen before the first bet, at least 1
   * @param quantiles 1 to 32 shares of the baseline's answers that thresholds are taken at
   * @param lifts alternatives, ratios over 1
   */
  public record Parameters(
      double toleratedRatio,
      long toleratedSlackNanos,
      long minBaselineUnits,
      List<Double> quantiles,
      List<Double> lifts) {
    private static final List<Double> DEFAULT_QUANTILES =
        List.of(0.5, 0.75, 0.9, 0.95, 0.99, 0.999);
    private static final List<Double> DEFAULT_LIFTS = List.of(1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0);
    private static final List<Double> WITHIN_LIFTS = List.of(0.95, 0.9, 0.8, 0.67, 0.5, 0.25);

    public Parameters {
      LiftMixture.Parameters.requireToleratedRatio(toleratedRatio);
      if (toleratedSlackNanos < 0) {
        throw new IllegalArgumentException(
            "toleratedSlackNanos: " + toleratedSlackNanos + " (expected: 0 or more)");
      }
      if (minBaselineUnits < 1) {
        throw new IllegalArgumentException(
            "minBaselineUnits: " + minBaselineUnits + " (expected: 1 or more)");
      }
      quantiles = List.copyOf(quantiles);
      if (quantiles.isEmpty()
          || quantiles.size() > 32
          || quantiles.stream().anyMatch(q -> !(q > 0 && q < 1))) {
        throw new IllegalArgumentException(
            "quantiles: " + quantiles + " (expected: 1 to 32, each over 0 and under 1)");
      }
      lifts = List.copyOf(lifts);
      if (lifts.stream().anyMatch(lift -> !(lift > 1))) {
        throw new IllegalArgumentException("lifts: " + lifts + " (expected: each over 1)");
      }
    }

    /** The defaults with this tolerance: 200 baseline units first, six quantiles, seven lifts. */
    public static Parameters tolerating(double toleratedRatio, long toleratedSlackNanos) {
      return new Parameters(
          toleratedRatio, toleratedSlackNanos, 200, DEFAULT_QUANTILES, DEFAULT_LIFTS);
    }

    private LiftMixture.Parameters withinMixture() {
      return new LiftMixture.Parameters(
          LiftMixture.Claim.HITS_AT_LEAST, WITHIN_LIFTS, 1, new LiftMixture.Cap(0.5, 0.5));
    }

    private LiftMixture.Parameters mixture() {
      // The ratio is in the thresholds, so each mixture is strict.
      return new LiftMixture.Parameters(
          LiftMixture.Claim.HITS_AT_MOST, lifts, 1, new LiftMixture.Cap(0.5, 0.5));
    }
  }

  /** Over it there are too few requests to show anything in good time. */
  private static final double HIGHEST_SHOWN_QUANTILE = 0.99;

  static final byte KIND = 'L';
  private static final int VERSION = 2;

  private final Parameters parameters;
  private final Threshold[] thresholds;
  private final LatencyHistogram canary;
  private final LatencyHistogram baseline;
  private final LatencyHistogram learned;
  private boolean betting;
  private double maxLogEvidence;
  private double maxLogWithin;

  /** A test that has seen nothing. */
  public LatencyTest(Parameters parameters) {
    this.parameters = parameters;
    this.thresholds = new Threshold[parameters.quantiles().size()];
    for (int j = 0; j < thresholds.length; j++) {
      thresholds[j] =
          new Threshold(
              new LiftMixture(parameters.mixture()), new LiftMixture(parameters.withinMixture()));
    }
    this.canary = new LatencyHistogram();
    this.baseline = new LatencyHistogram();
    this.learned = new LatencyHistogram();
  }

  private LatencyTest(StateReader in) {
    this.parameters =
        new Parameters(in.float64(), in.count(), in.count(), in.float64List(), in.float64List());
    this.maxLogEvidence = in.float64();
    this.betting = in.uint8() == 1;
    this.thresholds = new Threshold[parameters.quantiles().size()];
    var buckets = new int[thresholds.length];
    for (int j = 0; j < buckets.length; j++) {
      buckets[j] = in.uint16();
      if (buckets[j] >= LatencyScale.BUCKETS) {
        throw in.damaged(
            "bucket " + buckets[j] + " (expected: under " + LatencyScale.BUCKETS + ")");
      }
    }
    double[] baseRates = in.float64s(thresholds.length);
    this.canary = LatencyHistogram.readFrom(in);
    this.baseline = LatencyHistogram.readFrom(in);
    this.learned = LatencyHistogram.readFrom(in);
    for (int j = 0; j < thresholds.length; j++) {
      thresholds[j] =
          new Threshold(
              LiftMixture.readFrom(in, parameters.mixture()),
              LiftMixture.readFrom(in, parameters.withinMixture()));
      thresholds[j].freeze(buckets[j], canaryBucket(buckets[j]), baseRates[j]);
    }
    this.maxLogWithin = in.float64();
    in.end();
  }

  /**
   * Counts some units of the open slice. Units drawn with probability 0 or 1 cannot be judged;
   * those of the baseline are learned from. The histograms are read, not kept; either may be empty.
   *
   * @param canaryProbability rho of these units' draws, 0 to 1
   */
  public void update(
      double canaryProbability, LatencyHistogram canaryUnits, LatencyHistogram baselineUnits) {
    if (!ArmBet.possible(canaryProbability)) {
      learned.addAll(baselineUnits);
      return;
    }
    if (betting) {
      for (Threshold threshold : thresholds) {
        threshold.update(canaryProbability, canaryUnits, baselineUnits);
      }
    }
    canary.addAll(canaryUnits);
    baseline.addAll(baselineUnits);
  }

  /**
   * Learns from baseline requests that are not judged, such as those before the rollout. Shapes
   * bets from the next slice on.
   */
  public void learnBaseline(LatencyHistogram requests) {
    learned.addAll(requests);
  }

  @Override
  public void closeSlice() {
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
    maxLogWithin = Math.max(maxLogWithin, logWithin());
    var past = new LatencyHistogram();
    past.addAll(learned);
    past.addAll(baseline);
    if (past.units() < parameters.minBaselineUnits() || past.answered() == 0) {
      return;
    }
    betting = true;
    for (int j = 0; j < thresholds.length; j++) {
      int bucket = past.quantileBucket(parameters.quantiles().get(j));
      thresholds[j].freeze(
          bucket, canaryBucket(bucket), (past.slowerThan(bucket) + 0.5) / (past.units() + 1.0));
    }
  }

  /** The bucket whose bound is the canary's threshold: tolerance added, rounded up. */
  private int canaryBucket(int baselineBucket) {
    double nanos =
        Math.ceil(
            LatencyScale.upperBoundNanos(baselineBucket) * parameters.toleratedRatio()
                + parameters.toleratedSlackNanos());
    // A double over the range of long becomes Long.MAX_VALUE: beyond the scale, as it should be.
    return LatencyScale.bucketOf((long) nanos);
  }

  @Override
  public double logEvidence() {
    var logs = new double[thresholds.length];
    for (int j = 0; j < logs.length; j++) {
      logs[j] = thresholds[j].mixture.logEvidence();
    }
    return LogSpace.logMean(logs);
  }

  /** The least over the quantiles that are shown: the statement is about each of them. */
  private double logWithin() {
    double least = Double.POSITIVE_INFINITY;
    for (int j = 0; j < thresholds.length; j++) {
      if (parameters.quantiles().get(j) <= HIGHEST_SHOWN_QUANTILE) {
        least = Math.min(least, thresholds[j].within.logEvidence());
      }
    }
    return Double.isFinite(least) ? least : 0;
  }

  @Override
  public double maxLogEvidence() {
    return maxLogEvidence;
  }

  @Override
  public Evidence evidence() {
    Threshold best = thresholds[0];
    for (Threshold threshold : thresholds) {
      if (threshold.mixture.logEvidence() > best.mixture.logEvidence()) {
        best = threshold;
      }
    }
    String canaryBound = Words.duration(LatencyScale.upperBoundNanos(best.canaryBucket));
    String baselineBound = Words.duration(LatencyScale.upperBoundNanos(best.baselineBucket));
    return new Evidence(
        betting
            ? "latency > %s in %s against > %s in %s"
                .formatted(
                    canaryBound,
                    Words.share(canary.slowerThan(best.canaryBucket), canary.units()),
                    baselineBound,
                    Words.share(baseline.slowerThan(best.baselineBucket), baseline.units()))
            : "latency not compared yet: %,d of %,d baseline requests seen"
                .formatted(learned.units() + baseline.units(), parameters.minBaselineUnits()),
        betting ? "latency > " + canaryBound : "",
        canary.units(),
        baseline.units(),
        logEvidence(),
        maxLogEvidence,
        maxLogWithin,
        Optional.empty());
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    out.float64(parameters.toleratedRatio())
        .int64(parameters.toleratedSlackNanos())
        .int64(parameters.minBaselineUnits())
        .float64List(parameters.quantiles())
        .float64List(parameters.lifts())
        .float64(maxLogEvidence)
        .uint8(betting ? 1 : 0);
    for (Threshold threshold : thresholds) {
      out.uint16(threshold.baselineBucket);
    }
    for (Threshold threshold : thresholds) {
      out.float64(threshold.baseRate);
    }
    canary.writeTo(out);
    baseline.writeTo(out);
    learned.writeTo(out);
    for (Threshold threshold : thresholds) {
      threshold.mixture.writeTo(out);
      threshold.within.writeTo(out);
    }
    out.float64(maxLogWithin);
    return out.toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static LatencyTest fromBytes(byte[] bytes) {
    return new LatencyTest(new StateReader("latency", VERSION, KIND, bytes));
  }

  /** One quantile's bets, with what was frozen for the open slice. */
  private static final class Threshold {
    private final LiftMixture mixture;
    private final LiftMixture within;
    private int baselineBucket;
    private int canaryBucket;
    private double baseRate;

    Threshold(LiftMixture mixture, LiftMixture within) {
      this.mixture = mixture;
      this.within = within;
    }

    void freeze(int newBaselineBucket, int newCanaryBucket, double newBaseRate) {
      this.baselineBucket = newBaselineBucket;
      this.canaryBucket = newCanaryBucket;
      this.baseRate = newBaseRate;
    }

    void update(
        double canaryProbability, LatencyHistogram canaryUnits, LatencyHistogram baselineUnits) {
      long canaryHits = canaryUnits.slowerThan(canaryBucket);
      long baselineHits = baselineUnits.slowerThan(baselineBucket);
      var hits =
          new HitCounts(
              canaryHits,
              canaryUnits.units() - canaryHits,
              baselineHits,
              baselineUnits.units() - baselineHits);
      mixture.update(canaryProbability, baseRate, hits);
      within.update(canaryProbability, baseRate, hits);
    }
  }
}
