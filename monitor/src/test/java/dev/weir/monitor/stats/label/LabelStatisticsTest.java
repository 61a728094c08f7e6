package dev.weir.monitor.stats.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelStatisticsTest {
  private static final double LOG_TWENTY = Math.log(20);

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** 5 % of 300 is 15; three standard deviations more are 26. */
  private static void assertRare(IntPredicate happens) {
    assertThat(IntStream.range(0, 300).filter(happens).count()).isLessThanOrEqualTo(26);
  }

  /** scikit-learn 1.9: IsotonicRegression().fit_transform([1, 2, 3, 4], [1, 3, 2, 4]). */
  @Test
  void isotonic_pools_what_falls() {
    Isotonic fit = Isotonic.fit(new double[] {1, 2, 3, 4}, new double[] {0.1, 0.3, 0.2, 0.4});
    assertThat(fit.at(1)).isCloseTo(0.1, within(1e-12));
    assertThat(fit.at(2.5)).isCloseTo(0.25, within(1e-12));
    assertThat(fit.at(4)).isCloseTo(0.4, within(1e-12));
    assertThat(fit.at(-9)).isEqualTo(fit.at(1));
    assertThat(fit.at(9)).isEqualTo(fit.at(4));
  }

  @Test
  void isotonic_finds_the_probability_behind_a_distorted_score() {
    RandomGenerator random = random(1);
    double[] scores = random.doubles(20_000).toArray();
    double[] outcomes =
        Arrays.stream(scores).map(s -> random.nextDouble() < s * s ? 1 : 0).toArray();
    Isotonic fit = Isotonic.fit(scores, outcomes);
    for (double s : new double[] {0.2, 0.5, 0.8}) {
      assertThat(fit.at(s)).isCloseTo(s * s, within(0.05));
    }
  }

  @Test
  void performance_is_estimated_without_labels() {
    RandomGenerator random = random(2);
    var estimate = new ConfidenceEstimate();
    int right = 0;
    int truePositives = 0;
    int positives = 0;
    int n = 50_000;
    for (int i = 0; i < n; i++) {
      double p = random.nextDouble();
      boolean truth = random.nextDouble() < p;
      boolean predicted = p > 0.5;
      estimate.add(p, predicted);
      right += predicted == truth ? 1 : 0;
      truePositives += predicted && truth ? 1 : 0;
      positives += truth ? 1 : 0;
    }
    assertThat(estimate.accuracy()).isCloseTo((double) right / n, within(0.01));
    assertThat(estimate.recall()).isCloseTo((double) truePositives / positives, within(0.01));
    assertThat(estimate.f1()).isBetween(0.7, 0.8);
    var whole = new ConfidenceEstimate();
    whole.merge(estimate);
    assertThat(whole.precision()).isEqualTo(estimate.precision());
    assertThat(whole.predictions()).isEqualTo(n);
    assertThatThrownBy(() -> estimate.add(1.1, true))
        .hasMessage("probability: 1.1 (expected: 0 to 1)");
  }

  private static CalibrationTest calibration(long seed, double shift, int n, double tolerated) {
    RandomGenerator random = random(seed);
    var test = new CalibrationTest(tolerated);
    for (int i = 0; i < n; i++) {
      double p = 0.5 + 0.5 * random.nextDouble();
      test.add(p, random.nextDouble() < p - shift);
    }
    return test;
  }

  @Test
  void a_calibrated_version_is_seldom_accused_and_one_that_is_too_sure_is_found() {
    assertRare(seed -> calibration(seed, 0, 2_000, 0).maxLogEvidence() >= LOG_TWENTY);
    CalibrationTest tooSure = calibration(1, 0.15, 2_000, 0);
    assertThat(tooSure.maxLogEvidence()).isGreaterThan(LOG_TWENTY);
    assertThat(tooSure.expectedCalibrationError()).isCloseTo(0.15, within(0.03));
    assertThat(CalibrationTest.fromBytes(tooSure.toBytes()).toBytes()).isEqualTo(tooSure.toBytes());
  }

  @Test
  void what_is_within_the_tolerance_is_seldom_accused_at_its_very_edge_too() {
    assertRare(seed -> calibration(seed, 0.05, 5_000, 0.05).maxLogEvidence() >= LOG_TWENTY);
    assertRare(seed -> calibration(seed, -0.05, 5_000, 0.05).maxLogEvidence() >= LOG_TWENTY);
    assertThat(calibration(1, 0.15, 2_000, 0.05).maxLogEvidence()).isGreaterThan(LOG_TWENTY);
    assertThat(calibration(1, 0.02, 50_000, 0).maxLogEvidence()).isGreaterThan(LOG_TWENTY);
    assertThat(calibration(1, 0.02, 50_000, 0.05).maxLogEvidence()).isLessThan(LOG_TWENTY);
    assertThatThrownBy(() -> new CalibrationTest(0.2))
        .hasMessage("tolerated: 0.2 (expected: 0 to 0.1)");
  }

  private static ParityTest parity(long seed, double gap, double share) {
    RandomGenerator random = random(seed);
    var test = new ParityTest(0.05);
    for (int i = 0; i < 6_000; i++) {
      boolean inGroup = random.nextDouble() < share;
      test.add(inGroup, random.nextDouble() < (inGroup ? 0.4 - gap : 0.4));
    }
    return test;
  }

  @Test
  void a_gap_within_the_tolerance_is_seldom_accused_and_a_larger_one_is_found() {
    assertRare(seed -> parity(seed, 0.05, 0.3).maxLogEvidence() >= LOG_TWENTY);
    assertRare(seed -> parity(1_000 + seed, -0.05, 0.3).maxLogEvidence() >= LOG_TWENTY);
    ParityTest unfair = parity(1, 0.2, 0.3);
    assertThat(unfair.maxLogEvidence()).isGreaterThan(LOG_TWENTY);
    assertThat(unfair.rate(true)).isCloseTo(0.2, within(0.03));
    assertThat(unfair.rate(false)).isCloseTo(0.4, within(0.03));
    assertThat(unfair.hasEnough()).isTrue();
    assertThat(new ParityTest(0).hasEnough()).isFalse();
    assertThat(ParityTest.fromBytes(unfair.toBytes()).toBytes()).isEqualTo(unfair.toBytes());
    assertThatThrownBy(() -> ParityTest.fromBytes(Arrays.copyOf(unfair.toBytes(), 40)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Looks at every step, of numbers with a mean of 0.2 out of 0 to 1. */
  private static boolean everOutside(long seed) {
    RandomGenerator random = random(seed);
    var mean = new BoundedMean(1);
    for (int i = 1; i <= 3_000; i++) {
      double u = random.nextDouble();
      mean.add(u < 0.5 ? 0.1 : u < 0.9 ? 0.2 : 0.7);
      if (i < 20 || i % 10 == 0) {
        BoundedMean.Range interval = mean.interval(0.05);
        if (interval.low() > 0.2 || interval.high() < 0.2) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void a_mean_is_seldom_ever_outside_of_its_interval_which_gets_narrow() {
    assertRare(LabelStatisticsTest::everOutside);
    RandomGenerator random = random(1);
    var mean = new BoundedMean(10);
    for (int i = 0; i < 10_000; i++) {
      mean.add(random.nextDouble());
    }
    BoundedMean.Range interval = mean.interval(0.05);
    assertThat(interval.high() - interval.low()).isBetween(0.01, 0.1);
    assertThat(new BoundedMean(10).interval(0.05)).isEqualTo(new BoundedMean.Range(0, 10));
    assertThatThrownBy(() -> mean.add(10.1)).hasMessage("value: 10.1 (expected: 0 to 10.0)");
  }

  @Test
  void each_unit_is_in_one_pair_and_a_tie_is_half() {
    var pairs = new RankPairs();
    pairs.add(true, 0.9);
    pairs.add(true, 0.3);
    pairs.add(false, 0.5);
    pairs.add(false, 0.5);
    pairs.add(false, 0.5);
    pairs.add(true, 0.5);
    assertThat(pairs.area().units()).isEqualTo(3);
    assertThat(pairs.area().mean()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void classes_beyond_the_bound_are_not_told_apart() {
    var counts = new ClassCounts();
    for (int i = 0; i < 100; i++) {
      counts.add("c" + i, "c0");
    }
    assertThat(counts.counts()).hasSize(32);
    assertThat(counts.counts().get("c0")).isEqualTo(new ClassCounts.Count(1, 100, 1));
  }
}
