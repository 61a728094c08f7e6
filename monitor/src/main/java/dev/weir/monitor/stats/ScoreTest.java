package dev.weir.monitor.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tests "a number that each unit has is distributed by the canary as by the baseline, up to a ratio
 * for each tenth": a {@link PredictedClassTest} whose classes are the tenths of the baseline's
 * values up to the end of the slice in which there are {@code edgeUnits} of them. Values that are
 * no number are a class of their own. Mutable, single writer, not thread-safe.
 *
 * <p>Where the tenths lie is fixed before the first bet, from baseline values of closed slices, so
 * whatever they are the bets are as fair as those on classes.
 *
 * <pre>
 *   uint8   version, 1                 uint8 e (0 or 9), e x float64 edges, ascending
 *   uint8   'S'                        uint16 n, n x float64 values until there are edges
 *   float64 tolerated ratio            uint32 length and state of the test of classes
 *   int64   edge units
 * </pre>
 */
public final class ScoreTest implements GuardrailTest {
  /**
   * How the test bets.
   *
   * @param toleratedRatio for the share of each tenth, 1 to 1,000
   * @param edgeUnits baseline values that the tenths are made from, 10 to 10,000
   */
  public record Parameters(double toleratedRatio, int edgeUnits) {
    private static final int USUAL_EDGE_UNITS = 500;

    public Parameters {
      LiftMixture.Parameters.requireToleratedRatio(toleratedRatio);
      if (edgeUnits < 10 || edgeUnits > 10_000) {
        throw new IllegalArgumentException("edgeUnits: " + edgeUnits + " (expected: 10 to 10000)");
      }
    }

    /** The defaults with this tolerance: tenths of 500 baseline values or more. */
    public static Parameters tolerating(double toleratedRatio) {
      return new Parameters(toleratedRatio, USUAL_EDGE_UNITS);
    }
  }

  static final byte KIND = 'S';
  private static final int VERSION = 1;
  private static final int TENTHS = 10;
  private static final int MAX_VALUES = 10_000;
  private static final String NOT_A_NUMBER = "not a number";

  private final Parameters parameters;
  private final PredictedClassTest tenths;
  private final List<Double> values = new ArrayList<>();
  private double[] edges = {};

  /** A test that has seen nothing. */
  public ScoreTest(Parameters parameters) {
    this.parameters = parameters;
    this.tenths =
        new PredictedClassTest(
            PredictedClassTest.Parameters.tolerating(parameters.toleratedRatio()));
  }

  private ScoreTest(StateReader in) {
    this.parameters = new Parameters(in.float64(), (int) Math.min(in.count(), Integer.MAX_VALUE));
    this.edges = in.float64s(in.uint8());
    int count = in.uint16();
    for (int i = 0; i < count; i++) {
      values.add(in.float64());
    }
    this.tenths = PredictedClassTest.fromBytes(in.bytes());
    in.end();
  }

  /**
   * Counts some units of the open slice. Units drawn with probability 0 or 1 cannot be judged;
   * those of the baseline are learned from.
   *
   * @param canaryProbability rho of these units' draws, 0 to 1
   * @param canary their values
   * @param baseline likewise
   */
  public void update(double canaryProbability, List<Double> canary, List<Double> baseline) {
    ArmBet.possible(canaryProbability);
    if (edges.length > 0) {
      tenths.update(canaryProbability, byTenth(canary), byTenth(baseline));
      return;
    }
    for (double value : baseline) {
      if (Double.isFinite(value) && values.size() < MAX_VALUES) {
        values.add(value);
      }
    }
  }

  private Map<String, Long> byTenth(List<Double> scores) {
    var counts = new TreeMap<String, Long>();
    scores.forEach(score -> counts.merge(tenth(score), 1L, Long::sum));
    return counts;
  }

  private String tenth(double value) {
    if (Double.isNaN(value)) {
      return NOT_A_NUMBER;
    }
    int below = 0;
    while (below < edges.length && value > edges[below]) {
      below++;
    }
    if (below == 0) {
      return "up to " + words(edges[0]);
    }
    return below == edges.length
        ? "over " + words(edges[below - 1])
        : "over %s up to %s".formatted(words(edges[below - 1]), words(edges[below]));
  }

  private static String words(double edge) {
    return String.format(Locale.ROOT, "%.6g", edge);
  }

  @Override
  public void closeSlice() {
    if (edges.length == 0 && values.size() >= parameters.edgeUnits()) {
      double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      edges = new double[TENTHS - 1];
      for (int i = 1; i < TENTHS; i++) {
        edges[i - 1] = sorted[sorted.length * i / TENTHS];
      }
      // Equal edges would make tenths that nothing falls into.
      edges = Arrays.stream(edges).distinct().toArray();
      tenths.learnBaseline(byTenth(values));
      values.clear();
    }
    tenths.closeSlice();
  }

  @Override
  public double logEvidence() {
    return tenths.logEvidence();
  }

  @Override
  public double maxLogEvidence() {
    return tenths.maxLogEvidence();
  }

  @Override
  public Evidence evidence() {
    Evidence classes = tenths.evidence();
    return new Evidence(
        edges.length == 0
            ? "scores not compared yet: %,d of %,d baseline scores seen"
                .formatted(values.size(), parameters.edgeUnits())
            : classes.statistic().replaceFirst("^(any other )?class", "$1score"),
        classes.decisiveOutcome().replaceFirst("^(any other )?class", "$1score"),
        classes.canaryUnits(),
        classes.baselineUnits(),
        classes.logE(),
        classes.maxLogE(),
        classes.maxLogWithin(),
        classes.effect());
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    out.float64(parameters.toleratedRatio())
        .int64(parameters.edgeUnits())
        .uint8(edges.length)
        .float64s(edges)
        .uint16(values.size());
    values.forEach(out::float64);
    return out.bytes(tenths.toBytes()).toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static ScoreTest fromBytes(byte[] bytes) {
    return new ScoreTest(new StateReader("score", VERSION, KIND, bytes));
  }
}
