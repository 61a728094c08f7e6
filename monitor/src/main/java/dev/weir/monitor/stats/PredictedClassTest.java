package dev.weir.monitor.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tests "each class is predicted at most {@code toleratedRatio} times as often by the canary as by
 * the baseline, and at least 1/ratio times": for each class a {@link LiftMixture} on "this class or
 * another", with lifts up and down, and a weighted sum over classes. With ratio 1 the null is that
 * the two predict the same distribution. This is <em>difference</em>, not harm: it needs neither
 * errors nor labels. A unit is one request with one class. Mutable, single writer, not thread-safe.
 *
 * <p>If the statement holds for every class, it holds for every set of classes (a sum of ratios
 * within bounds), hence for "not this class" and "any other class": that is why each mixture may
 * bet on misses too, with the same tolerance.
 *
 * <p><b>Which classes, with which weights.</b> Nothing is bet before {@code minBaselineUnits} were
 * seen at the end of some slice. Then the classes seen so far, at most {@code maxClasses} and the
 * most frequent first, share 0.9 of the weight equally; "any other class" gets 0.05, and 0.05 is
 * held back. A class that appears later counts as "any other" in its slice and gets its own mixture
 * from the next slice on, the j-th newcomer with weight 0.05/(j (j + 1)), as long as there is room.
 * What is still held back is money kept in the pocket, a constant.
 *
 * <p><b>Why this is valid.</b> Which mixture a unit's class belongs to is fixed before the slice.
 * Each mixture starts at 1 when it joins, whatever was seen before, and is a nonnegative
 * supermartingale from there; the weights sum to 1 with what is held back (0.05/(1 + newcomers)),
 * and a newcomer's weight moves from the pocket to a mixture that stands at 1, so that nothing
 * jumps. Hence the weighted sum is a nonnegative supermartingale that starts at 1.
 *
 * <pre>
 *   uint8   version, 2                     int64   canary units, judged
 *   uint8   'C'                            int64   baseline units, judged
 *   float64 tolerated ratio                int64   baseline units, learned
 *   int64   min baseline units             uint8   1: bets are made
 *   uint8   max classes                    uint8   newcomers so far
 *   uint8 n, n x float64 lifts             "any other", a slot
 *   float64 maximum of the log evidence    uint8 k, k x slot
 *                                          uint16 c, c x candidate (text, 3 x int64)
 *                                          float64 maximum of the log evidence of being within
 *   slot: text name, 3 x int64 count (canary, baseline judged, baseline learned),
 *         float64 log weight, float64 base rate frozen, n x float64 log evidence,
 *         5 x float64 of "not more", 5 x float64 of "not less"
 *   text: uint16 length, UTF-8
 * </pre>
 *
 * <p>(The left column first, then the right one.)
 */
public final class PredictedClassTest implements GuardrailTest {
  /**
   * How the test bets.
   *
   * @param toleratedRatio 1 (no difference) to 1,000
   * @param minBaselineUnits baseline predictions to be seen before the first bet, at least 1
   * @param maxClasses classes told apart, 1 to 255; the others are one
   * @param lifts alternatives, ratios over or under 1 beyond the tolerated one
   */
  public record Parameters(
      double toleratedRatio, long minBaselineUnits, int maxClasses, List<Double> lifts) {
    private static final List<Double> DEFAULT_LIFTS =
        List.of(0.25, 0.5, 0.67, 0.8, 1.25, 1.5, 2.0, 3.0, 5.0);
    private static final List<Double> NOT_MORE_LIFTS = List.of(0.95, 0.9, 0.8, 0.67, 0.5);
    private static final List<Double> NOT_LESS_LIFTS = List.of(1.05, 1.1, 1.25, 1.5, 2.0);

    public Parameters {
      LiftMixture.Parameters.requireToleratedRatio(toleratedRatio);
      if (minBaselineUnits < 1) {
        throw new IllegalArgumentException(
            "minBaselineUnits: " + minBaselineUnits + " (expected: 1 or more)");
      }
      if (maxClasses < 1 || maxClasses > 255) {
        throw new IllegalArgumentException("maxClasses: " + maxClasses + " (expected: 1 to 255)");
      }
      lifts = List.copyOf(lifts);
    }

    /** The defaults with this tolerance: 200 baseline units first, 32 classes, nine lifts. */
    public static Parameters tolerating(double toleratedRatio) {
      return new Parameters(toleratedRatio, 200, 32, DEFAULT_LIFTS);
    }

    private ClassSlot.Bets bets() {
      var cap = new LiftMixture.Cap(0.98, 0);
      return new ClassSlot.Bets(
          new LiftMixture.Parameters(
              LiftMixture.Claim.HITS_AND_MISSES_WITHIN, lifts, toleratedRatio, cap),
          new LiftMixture.Parameters(
              LiftMixture.Claim.HITS_AT_LEAST, NOT_MORE_LIFTS, toleratedRatio, cap),
          new LiftMixture.Parameters(
              LiftMixture.Claim.HITS_AT_MOST, NOT_LESS_LIFTS, 1 / toleratedRatio, cap));
    }
  }

  static final byte KIND = 'C';
  private static final int VERSION = 2;
  private static final double FIRST_CLASSES_WEIGHT = 0.9;
  private static final double OTHER_WEIGHT = 0.05;
  private static final double NEWCOMERS_WEIGHT = 0.05;
  private static final double LEAST_SHOWN_SHARE = 0.02;
  private static final int MAX_CANDIDATES = 1_024;
  private static final int MAX_NAME_LENGTH = 256;

  private final Parameters parameters;
  private final ClassSlot other;
  private final List<ClassSlot> classes = new ArrayList<>();
  private final Map<String, ClassCount> candidates = new TreeMap<>();
  private ClassCount total = ClassCount.NONE;
  private boolean betting;
  private int newcomers;
  private double maxLogEvidence;
  private double maxLogWithin;

  /** A test that has seen nothing. */
  public PredictedClassTest(Parameters parameters) {
    this.parameters = parameters;
    this.other = new ClassSlot("", Math.log(OTHER_WEIGHT), parameters.bets());
  }

  private PredictedClassTest(StateReader in) {
    this.parameters = new Parameters(in.float64(), in.count(), in.uint8(), in.float64List());
    this.maxLogEvidence = in.float64();
    this.total = ClassCount.readFrom(in);
    this.betting = in.uint8() == 1;
    this.newcomers = in.uint8();
    this.other = ClassSlot.readFrom(in, parameters.bets());
    int slots = in.uint8();
    for (int i = 0; i < slots; i++) {
      classes.add(ClassSlot.readFrom(in, parameters.bets()));
    }
    int candidateCount = in.uint16();
    for (int i = 0; i < candidateCount; i++) {
      candidates.put(in.text(), ClassCount.readFrom(in));
    }
    this.maxLogWithin = in.float64();
    in.end();
  }

  /**
   * Counts some units of the open slice. Units drawn with probability 0 or 1 cannot be judged;
   * those of the baseline are learned from.
   *
   * @param canaryProbability rho of these units' draws, 0 to 1
   * @param canaryClasses canary units by predicted class, each count at least 0; may be empty
   * @param baselineClasses baseline units by predicted class, likewise
   */
  public void update(
      double canaryProbability,
      Map<String, Long> canaryClasses,
      Map<String, Long> baselineClasses) {
    if (!ArmBet.possible(canaryProbability)) {
      learnBaseline(baselineClasses);
      return;
    }
    var cell = new HashMap<String, ClassCount>();
    canaryClasses.forEach(
        (name, count) -> cell.merge(name, ClassCount.canary(count), ClassCount::plus));
    baselineClasses.forEach(
        (name, count) -> cell.merge(name, ClassCount.baseline(count), ClassCount::plus));
    ClassCount cellTotal = cell.values().stream().reduce(ClassCount.NONE, ClassCount::plus);
    if (betting) {
      bet(canaryProbability, cell, cellTotal);
    }
    count(cell, cellTotal);
  }

  private void bet(double canaryProbability, Map<String, ClassCount> cell, ClassCount cellTotal) {
    ClassCount rest = cellTotal;
    for (ClassSlot slot : classes) {
      ClassCount hits = cell.getOrDefault(slot.name, ClassCount.NONE);
      slot.bet(canaryProbability, hits, cellTotal);
      rest = rest.minus(hits);
    }
    other.bet(canaryProbability, rest, cellTotal);
  }

  /**
   * Learns from baseline predictions that are not judged, such as those before the rollout. Shapes
   * bets from the next slice on.
   *
   * @param baselineClasses predictions by class, each count at least 0
   */
  public void learnBaseline(Map<String, Long> baselineClasses) {
    var cell = new HashMap<String, ClassCount>();
    baselineClasses.forEach((name, count) -> cell.put(name, ClassCount.learned(count)));
    count(cell, cell.values().stream().reduce(ClassCount.NONE, ClassCount::plus));
  }

  private void count(Map<String, ClassCount> cell, ClassCount cellTotal) {
    total = total.plus(cellTotal);
    ClassCount rest = cellTotal;
    for (ClassSlot slot : classes) {
      ClassCount hits = cell.getOrDefault(slot.name, ClassCount.NONE);
      slot.count = slot.count.plus(hits);
      rest = rest.minus(hits);
    }
    other.count = other.count.plus(rest);
    if (classes.size() < parameters.maxClasses() && !rest.isNone()) {
      cell.forEach(this::noteCandidate);
    }
  }

  private void noteCandidate(String name, ClassCount hits) {
    boolean known = candidates.containsKey(name);
    boolean room = candidates.size() < MAX_CANDIDATES && name.length() <= MAX_NAME_LENGTH;
    if (!hits.isNone()
        && (known || room)
        && classes.stream().noneMatch(slot -> slot.name.equals(name))) {
      candidates.merge(name, hits, ClassCount::plus);
    }
  }

  @Override
  public void closeSlice() {
    maxLogEvidence = Math.max(maxLogEvidence, logEvidence());
    maxLogWithin = Math.max(maxLogWithin, logWithin());
    if (betting) {
      admitNewcomers();
    } else if (total.baselineUnits() >= parameters.minBaselineUnits()) {
      List<String> first = mostFrequentCandidates();
      double logWeight = Math.log(FIRST_CLASSES_WEIGHT / Math.max(1, first.size()));
      first.forEach(name -> admit(name, logWeight));
      candidates.clear();
      betting = true;
    }
    classes.forEach(slot -> slot.freeze(total));
    other.freeze(total);
  }

  private void admitNewcomers() {
    for (String name : mostFrequentCandidates()) {
      newcomers++;
      admit(name, Math.log(NEWCOMERS_WEIGHT / newcomers / (newcomers + 1.0)));
    }
    candidates.clear();
  }

  /** As many as there is room for; ties by name, so that the order of cells does not matter. */
  private List<String> mostFrequentCandidates() {
    return candidates.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, ClassCount> e) -> e.getValue().units())
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(parameters.maxClasses() - classes.size())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void admit(String name, double logWeight) {
    var slot = new ClassSlot(name, logWeight, parameters.bets());
    slot.count = candidates.getOrDefault(name, ClassCount.NONE);
    other.count = other.count.minus(slot.count);
    classes.add(slot);
  }

  @Override
  public double logEvidence() {
    if (!betting) {
      return 0;
    }
    var logs = new double[classes.size() + 2];
    double weight = OTHER_WEIGHT;
    for (int i = 0; i < classes.size(); i++) {
      ClassSlot slot = classes.get(i);
      logs[i] = slot.weightedLogEvidence();
      weight += Math.exp(slot.logWeight);
    }
    logs[classes.size()] = other.weightedLogEvidence();
    // What no mixture has been given stays as it is.
    logs[classes.size() + 1] = Math.log(Math.max(0, 1 - weight));
    return LogSpace.logSum(logs);
  }

  /** The least over the classes that are frequent enough to be shown; 0 when none is. */
  private double logWithin() {
    if (!betting) {
      return 0;
    }
    double enough = Math.max(1, total.baselineUnits() * LEAST_SHOWN_SHARE);
    double least = Double.POSITIVE_INFINITY;
    for (ClassSlot slot : classes) {
      if (slot.count.baselineUnits() >= enough) {
        least = Math.min(least, slot.logWithin());
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
    ClassSlot best = other;
    for (ClassSlot slot : classes) {
      if (slot.weightedLogEvidence() > best.weightedLogEvidence()) {
        best = slot;
      }
    }
    String outcome = best == other ? "any other class" : "class " + best.name;
    return new Evidence(
        betting
            ? outcome
                + " in "
                + Words.share(best.count.canary(), total.canary())
                + " against "
                + Words.share(best.count.baseline(), total.baseline())
            : "classes not compared yet: %,d of %,d baseline predictions seen"
                .formatted(total.baselineUnits(), parameters.minBaselineUnits()),
        betting ? outcome : "",
        total.canary(),
        total.baseline(),
        logEvidence(),
        maxLogEvidence,
        maxLogWithin,
        Optional.empty());
  }

  @Override
  public byte[] toBytes() {
    var out = new StateWriter(VERSION, KIND);
    out.float64(parameters.toleratedRatio())
        .int64(parameters.minBaselineUnits())
        .uint8(parameters.maxClasses())
        .float64List(parameters.lifts())
        .float64(maxLogEvidence);
    total.writeTo(out);
    out.uint8(betting ? 1 : 0).uint8(newcomers);
    other.writeTo(out);
    out.uint8(classes.size());
    classes.forEach(slot -> slot.writeTo(out));
    out.uint16(candidates.size());
    candidates.forEach((name, count) -> count.writeTo(out.text(name)));
    return out.float64(maxLogWithin).toBytes();
  }

  /**
   * The test that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another version or kind, or damaged
   */
  public static PredictedClassTest fromBytes(byte[] bytes) {
    return new PredictedClassTest(new StateReader("predicted class", VERSION, KIND, bytes));
  }
}
