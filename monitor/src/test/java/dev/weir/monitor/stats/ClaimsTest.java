package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What tests of means and of measures promise: a claim that holds is accused with probability alpha
 * or less however often one looks, one that is false is shown to hold with probability 0.05 or
 * less, and intervals cover the truth at all looks together. Simulations from fixed seeds.
 */
class ClaimsTest {
  private static final double ALPHA = 0.05;
  private static final double LOG_THRESHOLD = -Math.log(ALPHA);
  private static final int TRIALS = 300;
  private static final int SECONDS = 120;
  private static final ShownScale ERRORS = ShownScale.lessIsBetter("error rate");
  private static final ShownScale ACCURACY = ShownScale.moreIsBetter("accuracy");

  /** Share of units with the outcome in a second, before the canary's excess. */
  private static double base(int second) {
    return 0.1 * (1 + 0.8 * Math.sin(second / 9.0)) + (second % 40 < 4 ? 0.3 : 0);
  }

  private static double split(int second) {
    return second < 40 ? 0.05 : second < 80 ? 0.25 : 0.5;
  }

  /**
   * One arm against the other, outcomes yes or no, the canary's more frequent by {@code excess}.
   */
  private static MeanTest run(int seed, MeanTest.Parameters parameters, double excess) {
    var test = new MeanTest(parameters);
    var random = new Simulated(seed);
    for (int second = 0; second < SECONDS; second++) {
      slice(test, random, second, excess);
    }
    return test;
  }

  private static void slice(MeanTest test, Simulated random, int second, double excess) {
    long units = 600 + random.below(400);
    double rho = split(second);
    long canary = random.binomial(units, rho);
    long canaryHits = random.binomial(canary, base(second) + excess);
    long baselineHits = random.binomial(units - canary, base(second));
    LevelCounts counts = test.newCounts();
    counts.add(
        rho,
        new HitCounts(
            canaryHits, canary - canaryHits, baselineHits, units - canary - baselineHits));
    test.update(counts);
    test.closeSlice();
  }

  private static void assertRare(IntPredicate happens) {
    long times = IntStream.range(0, TRIALS).filter(happens).count();
    // 5 % of 300 is 15; three standard deviations more are 26.
    assertThat(times).isLessThanOrEqualTo(26);
  }

  @Test
  void a_canary_at_the_edge_of_its_tolerance_is_seldom_accused() {
    var rare = MeanTest.Parameters.rare(new Claim.NotWorse(0.02), ERRORS);
    assertRare(seed -> run(seed, rare, 0.02).maxLogEvidence() >= LOG_THRESHOLD);
    var common = MeanTest.Parameters.common(new Claim.NotWorse(0.02), ACCURACY);
    assertRare(seed -> run(1_000 + seed, common, 0.02).maxLogEvidence() >= LOG_THRESHOLD);
  }

  @Test
  void a_canary_just_beyond_its_tolerance_is_seldom_called_passing() {
    var rare = MeanTest.Parameters.rare(new Claim.NotWorse(0.02), ERRORS);
    assertRare(seed -> run(2_000 + seed, rare, 0.02).evidence().maxLogWithin() >= LOG_THRESHOLD);
    var common = MeanTest.Parameters.common(new Claim.Equivalent(0.02), ACCURACY);
    assertRare(seed -> run(3_000 + seed, common, 0.02).evidence().maxLogWithin() >= LOG_THRESHOLD);
  }

  @Test
  void the_interval_covers_the_difference_at_every_look() {
    var parameters = MeanTest.Parameters.common(new Claim.NotWorse(0.02), ERRORS);
    assertRare(seed -> {
      var test = new MeanTest(parameters);
      var random = new Simulated(4_000 + seed);
      boolean missed = false;
      for (int second = 0; second < 60; second++) {
        slice(test, random, second, 0.03);
        missed |=
            test.evidence()
                .effect()
                .filter(effect -> effect.differenceLow() > 0.03 || effect.differenceHigh() < 0.03)
                .isPresent();
      }
      return missed;
    });
  }

  @Test
  void a_sound_canary_is_shown_within_two_points_and_a_bad_one_is_accused() {
    var parameters = MeanTest.Parameters.common(new Claim.NotWorse(0.02), ACCURACY);
    MeanTest sound = run(1, parameters, 0);
    assertThat(sound.evidence().maxLogWithin()).isGreaterThan(LOG_THRESHOLD);
    assertThat(sound.maxLogEvidence()).isLessThan(LOG_THRESHOLD);
    MeanTest bad = run(1, parameters, 0.1);
    assertThat(bad.maxLogEvidence()).isGreaterThan(20);
    assertThat(bad.evidence().maxLogWithin()).isLessThan(LOG_THRESHOLD);
    Effect effect = bad.evidence().effect().orElseThrow();
    assertThat(effect.canary()).isLessThan(effect.baseline());
    assertThat(effect.differenceLow()).isLessThan(-0.1);
    assertThat(effect.differenceHigh()).isBetween(-0.1, -0.05);
    assertThat(effect.tolerated()).isEqualTo(-0.02);
  }

  @Test
  void superiority_is_a_negative_tolerance() {
    var better = MeanTest.Parameters.common(new Claim.NotWorse(-0.02), ACCURACY);
    assertThat(run(5, better, -0.06).evidence().maxLogWithin()).isGreaterThan(LOG_THRESHOLD);
    assertThat(run(5, better, 0.02).maxLogEvidence()).isGreaterThan(LOG_THRESHOLD);
  }

  @Test
  void equivalence_is_violated_by_better_too() {
    var same = MeanTest.Parameters.common(new Claim.Equivalent(0.02), ACCURACY);
    assertThat(run(6, same, -0.08).maxLogEvidence()).isGreaterThan(LOG_THRESHOLD);
    assertThat(run(6, same, 0).evidence().maxLogWithin()).isGreaterThan(LOG_THRESHOLD);
  }

  @Test
  void a_bound_is_about_the_canary_alone() {
    var ceiling = MeanTest.Parameters.rare(new Claim.AtMost(0.1), ERRORS);
    assertRare(seed -> judgedAlone(ceiling, seed, 0.1).maxLogEvidence() >= LOG_THRESHOLD);
    assertRare(
        seed -> judgedAlone(ceiling, 500 + seed, 0.1).evidence().maxLogWithin() >= LOG_THRESHOLD);
    assertThat(judgedAlone(ceiling, 1, 0.15).maxLogEvidence()).isGreaterThan(LOG_THRESHOLD);
    assertThat(judgedAlone(ceiling, 1, 0.05).evidence().maxLogWithin())
        .isGreaterThan(LOG_THRESHOLD);
  }

  private static MeanTest judgedAlone(MeanTest.Parameters parameters, int seed, double rate) {
    var test = new MeanTest(parameters);
    var random = new Simulated(seed);
    for (int slice = 0; slice < 60; slice++) {
      LevelCounts counts = test.newCounts();
      long hits = random.binomial(50, rate);
      counts.add(1, new HitCounts(hits, 50 - hits, 0, 0));
      test.update(counts);
      test.closeSlice();
    }
    return test;
  }

  /**
   * The mean factor of one unit at the edge of the null is 1 or less, exactly, for every split,
   * centre and rate: no simulation.
   */
  @Test
  void the_mean_factor_of_a_unit_is_one_at_the_edge_of_the_null() {
    for (double rho : new double[] {0.001, 0.05, 0.3, 0.5, 0.9}) {
      for (double centre : new double[] {0, 0.01, 0.5, 1}) {
        for (double b : new double[] {0, 0.01, 0.4, 0.9}) {
          for (double d : new double[] {0.0, 0.005, 0.1}) {
            double a = b + d;
            assertThat(meanFactor(rho, centre, a, b, d, true)).isCloseTo(1, within(1e-9));
            assertThat(meanFactor(rho, centre, a, b, d, false)).isCloseTo(1, within(1e-9));
          }
        }
      }
    }
  }

  private static double meanFactor(
      double rho, double centre, double a, double b, double d, boolean above) {
    double canary = 1 / rho;
    double baseline = -1 / (1 - rho);
    var range =
        new MeanBets.Range(
            Math.min(canary * -centre, baseline * (1 - centre)),
            Math.max(canary * (1 - centre), baseline * -centre),
            rho * (1 - rho));
    double[] values = {
      canary * (1 - centre), canary * -centre, baseline * (1 - centre), baseline * -centre
    };
    double[] chances = {rho * a, rho * (1 - a), (1 - rho) * b, (1 - rho) * (1 - b)};
    double mean = 0;
    for (int i = 0; i < values.length; i++) {
      var bets = new MeanBets(new MeanBets.Cell(values[i], 1, range));
      mean += chances[i] * Math.exp(above ? bets.logAbove(d) : bets.logBelow(d));
    }
    return mean;
  }

  /** Events of both arms, drawn from these probabilities. */
  private static MeasureTest measured(
      Measure measure, Claim claim, int seed, double[] canary, double[] baseline) {
    var test =
        new MeasureTest(
            new MeasureTest.Parameters(measure, claim, ShownScale.moreIsBetter(measure.name())));
    var random = new Simulated(seed);
    for (int slice = 0; slice < 60; slice++) {
      long[] canaryEvents = random.multinomial(60, canary);
      long[] baselineEvents = random.multinomial(200, baseline);
      for (int event = 0; event < canary.length; event++) {
        test.update(true, event, canaryEvents[event]);
        test.update(false, event, baselineEvents[event]);
      }
      test.closeSlice();
    }
    return test;
  }

  /** F1 0.8: true positives and errors at 2 to 1. F1 0.7: 7 to 6. */
  @Test
  void f1_at_the_edge_of_its_tolerance_is_seldom_accused_and_seldom_called_passing() {
    double[] baseline = {2 / 3.0, 1 / 3.0};
    double[] canary = {7 / 13.0, 6 / 13.0};
    var claim = new Claim.NotWorse(0.1);
    assertRare(seed ->
        measured(Measure.F1, claim, seed, canary, baseline).maxLogEvidence() >= LOG_THRESHOLD);
    assertRare(seed ->
        measured(Measure.F1, claim, 500 + seed, canary, baseline).evidence().maxLogWithin()
            >= LOG_THRESHOLD);
  }

  @Test
  void what_each_measure_says_is_found() {
    for (Measure measure : Measure.values()) {
      IntUnaryOperator last = event -> measure.events() - 1 - event;
      double[] good = falling(measure.events());
      double[] bad = new double[measure.events()];
      Arrays.setAll(bad, event -> good[last.applyAsInt(event)]);
      var claim = new Claim.NotWorse(0.05);
      MeasureTest worse = measured(measure, claim, 1, bad, good);
      assertThat(worse.maxLogEvidence()).as(measure.name()).isGreaterThan(LOG_THRESHOLD);
      MeasureTest better = measured(measure, claim, 1, good, bad);
      assertThat(better.evidence().maxLogWithin()).as(measure.name()).isGreaterThan(LOG_THRESHOLD);
      assertThat(better.maxLogEvidence()).as(measure.name()).isLessThan(LOG_THRESHOLD);
      Effect effect = worse.evidence().effect().orElseThrow();
      assertThat(effect.differenceHigh()).as(measure.name()).isLessThan(0);
      assertThat(GuardrailTest.fromBytes(worse.toBytes()).toBytes()).isEqualTo(worse.toBytes());
    }
  }

  private static double[] falling(int events) {
    var shares = new double[events];
    Arrays.setAll(shares, event -> Math.pow(0.4, 3.0 * event / (events - 1)));
    double sum = Arrays.stream(shares).sum();
    Arrays.setAll(shares, event -> shares[event] / sum);
    return shares;
  }

  @Test
  void f1_and_precision_and_auc_are_what_their_formulas_say() {
    assertThat(1 - Measure.F1.badness(new long[] {40, 20})).isCloseTo(0.8, within(1e-9));
    assertThat(1 - Measure.PRECISION.badness(new long[] {30, 10})).isCloseTo(0.75, within(1e-9));
    assertThat(1 - Measure.AUC.badness(new long[] {6, 2, 2})).isCloseTo(0.7, within(1e-9));
    var errors = new long[Measure.RMSE.events()];
    errors[32] = 3;
    errors[64] = 1;
    assertThat(Measure.RMSE.badness(errors)).isCloseTo(Math.sqrt((3 * 0.25 + 1) / 4), within(1e-9));
  }

  @Test
  void wrong_numbers_are_refused_with_what_is_wrong() {
    assertThatThrownBy(() -> new Claim.NotWorse(1.5))
        .hasMessage("tolerated: 1.5 (expected: over -1, under 1)");
    assertThatThrownBy(() -> new Claim.AtMost(0))
        .hasMessage("bound: 0.0 (expected: over 0, under 1)");
    assertThatThrownBy(() -> new LevelCounts(2).add(0.5, true, 1.2, 1))
        .hasMessage("value: 1.2 (expected: 0 to 1)");
    assertThatThrownBy(() -> new ShownScale("x", 1, 1, false))
        .hasMessage("scale: 1.0 to 1.0 (expected: two finite numbers that differ)");
  }

  @Test
  void more_splits_than_fit_are_left_out_for_both_arms() {
    var counts = new LevelCounts(2);
    for (int i = 1; i <= LevelCounts.MAX_DRAWS + 5; i++) {
      counts.add(i / 100.0, true, 1, 1);
      counts.add(i / 100.0, false, 1, 1);
    }
    assertThat(counts.units(true)).isEqualTo(LevelCounts.MAX_DRAWS);
    assertThat(counts.units(false)).isEqualTo(LevelCounts.MAX_DRAWS);
  }
}
