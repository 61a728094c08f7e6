package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every statistic of this package must hold; a new one joins with a line in {@link #all}. */
class StatisticLawsTest {
  /** Counts of one slice cell, made from a number. Counts are even, so that halves exist. */
  record Cell(double rho, int number) {
    long even(int salt, int bound) {
      return 2L * (Math.floorMod((number + 1) * 7919 + salt * 104_729, bound) + 1);
    }
  }

  interface Subject {
    /** Takes a cell, with each count divided. */
    void update(Cell cell, int divisor);

    void close();

    double logEvidence();

    double maxLogEvidence();

    byte[] toBytes();

    Subject from(byte[] bytes);

    Evidence evidence();
  }

  record Law(String name, Supplier<Subject> fresh) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Law> all() {
    return List.of(
        new Law(
            "error-rate-strict",
            () ->
                new Guardrail<>(
                    new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1)),
                    ErrorRateTest.class,
                    StatisticLawsTest::errors)),
        new Law(
            "error-rate",
            () ->
                new Guardrail<>(
                    new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1.1)),
                    ErrorRateTest.class,
                    StatisticLawsTest::errors)),
        new Law(
            "latency",
            () ->
                new Guardrail<>(
                    new LatencyTest(LatencyTest.Parameters.tolerating(1.25, 1_000_000)),
                    LatencyTest.class,
                    StatisticLawsTest::latency)),
        new Law(
            "predicted-class-strict",
            () ->
                new Guardrail<>(
                    new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1)),
                    PredictedClassTest.class,
                    StatisticLawsTest::classes)),
        new Law(
            "predicted-class",
            () ->
                new Guardrail<>(
                    new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1.1)),
                    PredictedClassTest.class,
                    StatisticLawsTest::classes)),
        new Law(
            "score",
            () ->
                new Guardrail<>(
                    new ScoreTest(new ScoreTest.Parameters(1.1, 300)),
                    ScoreTest.class,
                    StatisticLawsTest::scores)),
        new Law(
            "mean-rare",
            () ->
                new Guardrail<>(
                    new MeanTest(
                        MeanTest.Parameters.rare(
                            new Claim.NotWorse(0.005), ShownScale.lessIsBetter("error rate"))),
                    MeanTest.class,
                    StatisticLawsTest::means)),
        new Law(
            "mean-number",
            () ->
                new Guardrail<>(
                    new MeanTest(
                        MeanTest.Parameters.number(
                            new Claim.Equivalent(0.01), ShownScale.upTo("loss", 5))),
                    MeanTest.class,
                    StatisticLawsTest::means)),
        new Law(
            "sample-ratio", () -> new Ratio(new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA))));
  }

  private static final List<Cell> FIRST = List.of(new Cell(0.05, 1), new Cell(0.05, 2));
  private static final List<Cell> SECOND =
      List.of(new Cell(0.05, 3), new Cell(0.25, 4), new Cell(0.5, 5), new Cell(0.25, 6));

  @ParameterizedTest
  @MethodSource("all")
  void it_starts_without_evidence(Law law) {
    Subject subject = law.fresh().get();
    assertThat(subject.logEvidence()).isCloseTo(0, within(1e-12));
    assertThat(subject.maxLogEvidence()).isZero();
  }

  @ParameterizedTest
  @MethodSource("all")
  void cells_of_a_slice_may_come_in_any_order(Law law) {
    Subject forwards = after(law, FIRST, SECOND);
    Subject backwards = after(law, FIRST.reversed(), SECOND.reversed());
    Subject shuffled =
        after(law, FIRST, List.of(SECOND.get(2), SECOND.get(0), SECOND.get(3), SECOND.get(1)));
    assertThat(forwards.logEvidence()).isNotCloseTo(0, within(1e-3));
    assertSameEvidence(backwards, forwards);
    assertSameEvidence(shuffled, forwards);
  }

  @ParameterizedTest
  @MethodSource("all")
  void halves_of_a_cell_are_the_whole(Law law) {
    Subject whole = after(law, FIRST, SECOND);
    Subject halves = law.fresh().get();
    for (List<Cell> slice : List.of(FIRST, SECOND)) {
      slice.forEach(cell -> halves.update(cell, 2));
      slice.reversed().forEach(cell -> halves.update(cell, 2));
      halves.close();
    }
    assertSameEvidence(halves, whole);
  }

  @ParameterizedTest
  @MethodSource("all")
  void what_a_slice_teaches_shapes_none_of_its_own_bets(Law law) {
    Subject taught = after(law, FIRST, List.of());
    taught.update(new Cell(0, 8), 1);
    taught.update(SECOND.getFirst(), 1);
    Subject untaught = after(law, FIRST, List.of());
    untaught.update(SECOND.getFirst(), 1);
    assertThat(taught.logEvidence()).isEqualTo(untaught.logEvidence());
  }

  @ParameterizedTest
  @MethodSource("all")
  void a_split_of_all_or_nothing_is_no_evidence(Law law) {
    Subject subject = after(law, FIRST, List.of());
    double before = subject.logEvidence();
    subject.update(new Cell(1, 7), 1);
    subject.update(new Cell(0, 8), 1);
    assertThat(subject.logEvidence()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("all")
  void what_is_no_probability_is_refused(Law law) {
    for (double rho : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> law.fresh().get().update(new Cell(rho, 1), 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("canaryProbability: " + rho + " (expected: 0 to 1)");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void it_goes_on_from_its_bytes_as_if_nothing_had_happened(Law law) {
    Subject subject = after(law, FIRST, List.of());
    subject.update(SECOND.getFirst(), 1);
    Subject restored = restore(law, subject.toBytes());
    assertThat(restored.toBytes()).isEqualTo(subject.toBytes());
    for (Subject each : List.of(subject, restored)) {
      SECOND.subList(1, SECOND.size()).forEach(cell -> each.update(cell, 1));
      each.close();
      each.update(new Cell(0.05, 9), 1);
      each.close();
    }
    assertThat(restored.toBytes()).isEqualTo(subject.toBytes());
    assertThat(restored.logEvidence()).isEqualTo(subject.logEvidence());
  }

  @ParameterizedTest
  @MethodSource("all")
  void stored_bytes_stay_readable(Law law) {
    byte[] golden =
        new GoldenBytes(StatisticLawsTest.class, "golden-bytes.properties").of(law.name());
    Subject now = after(law, FIRST, SECOND);
    Subject stored = restore(law, golden);
    assertThat(stored.toBytes()).isEqualTo(golden);
    // Logarithms may differ in the last digit between machines, hence not byte by byte.
    assertThat(now.toBytes()).hasSameSizeAs(golden);
    assertSameEvidence(now, stored);
    assertThat(now.evidence().statistic()).isEqualTo(stored.evidence().statistic());
  }

  @ParameterizedTest
  @MethodSource("all")
  void damaged_bytes_are_refused(Law law) {
    byte[] bytes = after(law, FIRST, SECOND).toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> restore(law, cut))
          .as("cut to %d bytes", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> restore(law, Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 bytes too many (expected: none)");
    byte[] newer = bytes.clone();
    newer[0]++;
    assertThatThrownBy(() -> restore(law, newer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version %d (expected: %d)", newer[0], bytes[0]);
  }

  private static Subject after(Law law, List<Cell> first, List<Cell> second) {
    Subject subject = law.fresh().get();
    first.forEach(cell -> subject.update(cell, 1));
    subject.close();
    if (!second.isEmpty()) {
      second.forEach(cell -> subject.update(cell, 1));
      subject.close();
    }
    return subject;
  }

  private static void assertSameEvidence(Subject actual, Subject expected) {
    assertThat(actual.logEvidence()).isCloseTo(expected.logEvidence(), within(1e-9));
    assertThat(actual.maxLogEvidence()).isCloseTo(expected.maxLogEvidence(), within(1e-9));
  }

  private static Subject restore(Law law, byte[] bytes) {
    return law.fresh().get().from(bytes);
  }

  /** Counts a cell in a test, each count divided. */
  interface Feed<T extends GuardrailTest> {
    void update(T test, Cell cell, int divisor);
  }

  /** A guardrail's test, and how cells are counted in it. */
  record Guardrail<T extends GuardrailTest>(T test, Class<T> type, Feed<T> feed)
      implements Subject {
    @Override
    public void update(Cell cell, int divisor) {
      feed.update(test, cell, divisor);
    }

    @Override
    public void close() {
      test.closeSlice();
    }

    @Override
    public double logEvidence() {
      return test.logEvidence();
    }

    @Override
    public double maxLogEvidence() {
      return test.maxLogEvidence();
    }

    @Override
    public byte[] toBytes() {
      return test.toBytes();
    }

    @Override
    public Subject from(byte[] bytes) {
      return new Guardrail<>(type.cast(GuardrailTest.fromBytes(bytes)), type, feed);
    }

    @Override
    public Evidence evidence() {
      return test.evidence();
    }
  }

  private static void errors(ErrorRateTest test, Cell cell, int divisor) {
    test.update(
        cell.rho(),
        new HitCounts(
            cell.even(1, 4) / divisor,
            cell.even(2, 40) / divisor,
            cell.even(3, 6) / divisor,
            cell.even(4, 400) / divisor));
  }

  private static void latency(LatencyTest test, Cell cell, int divisor) {
    var canary = new LatencyHistogram();
    var baseline = new LatencyHistogram();
    for (int i = 0; i < 6; i++) {
      canary.add(400 + 12 * i, cell.even(i, 5) / divisor);
      baseline.add(395 + 10 * i, cell.even(10 + i, 90) / divisor);
    }
    canary.addUnanswered(cell.even(20, 3) / divisor);
    test.update(cell.rho(), canary, baseline);
  }

  private static void classes(PredictedClassTest test, Cell cell, int divisor) {
    var canary = Map.of("cat", cell.even(1, 9) / divisor, "dög", cell.even(2, 20) / divisor);
    var baseline =
        Map.of(
            "cat",
            cell.even(3, 90) / divisor,
            "dög",
            cell.even(4, 90) / divisor,
            "late " + cell.number(),
            cell.even(5, 3) / divisor);
    test.update(cell.rho(), canary, baseline);
  }

  private static void scores(ScoreTest test, Cell cell, int divisor) {
    var canary = new ArrayList<Double>();
    var baseline = new ArrayList<Double>();
    for (int i = 0; i < 40; i++) {
      canary.addAll(Collections.nCopies((int) cell.even(i, 3) / divisor, (double) (i * i)));
      baseline.addAll(Collections.nCopies((int) cell.even(40 + i, 6) / divisor, (double) (7 * i)));
    }
    test.update(cell.rho(), canary, baseline);
  }

  private static void means(MeanTest test, Cell cell, int divisor) {
    LevelCounts counts = test.newCounts();
    for (int i = 0; i <= 4; i++) {
      counts.add(cell.rho(), true, i / 4.0, cell.even(i, 6) / divisor);
      counts.add(cell.rho(), false, i * i / 16.0, cell.even(5 + i, 90) / divisor);
    }
    test.update(counts);
  }

  record Ratio(SampleRatioTest test) implements Subject {
    @Override
    public void update(Cell cell, int divisor) {
      test.update(
          cell.rho(), new ArmUnits(cell.even(1, 40) / divisor, cell.even(2, 400) / divisor));
    }

    @Override
    public void close() {
      test.closeSlice();
    }

    @Override
    public double logEvidence() {
      return test.logEvidence();
    }

    @Override
    public double maxLogEvidence() {
      return test.maxLogEvidence();
    }

    @Override
    public byte[] toBytes() {
      return test.toBytes();
    }

    @Override
    public Subject from(byte[] bytes) {
      return new Ratio(SampleRatioTest.fromBytes(bytes));
    }

    @Override
    public Evidence evidence() {
      return test.evidence();
    }
  }
}
