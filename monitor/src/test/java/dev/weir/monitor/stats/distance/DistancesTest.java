package dev.weir.monitor.stats.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers marked scipy are those of scipy 1.17.1, see docs/statistics.md. */
class DistancesTest {
  private static final double[] TENTHS = new double[20];
  private static final double[] BENT = new double[20];

  static {
    for (int i = 1; i <= 20; i++) {
      TENTHS[i - 1] = i / 10.0;
      BENT[i - 1] = Math.pow(i / 10.0, 1.5) / 1.2;
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  @Test
  void kolmogorov_smirnov_is_that_of_scipy() {
    KolmogorovSmirnov test = KolmogorovSmirnov.of(TENTHS, BENT);
    assertThat(test.statistic()).isCloseTo(0.15, within(1e-12));
    assertThat(test.pValue()).isCloseTo(0.9831368772656193, within(1e-12));
    assertThat(KolmogorovSmirnov.asymptotic(0.15, 20, 20)).isCloseTo(0.95396527, within(1e-8));
  }

  @Test
  void chi_square_is_that_of_scipy() {
    ChiSquare test = ChiSquare.of(new double[] {10, 20, 30}, new double[] {6, 9, 17});
    assertThat(test.statistic()).isCloseTo(0.27157465150403504, within(1e-12));
    assertThat(test.pValue()).isCloseTo(0.873028283380073, within(1e-12));
    assertThat(test.degreesOfFreedom()).isEqualTo(2);
  }

  @Test
  void wasserstein_is_that_of_scipy() {
    assertThat(Wasserstein.of(new double[] {0, 1, 3}, new double[] {5, 6, 8}))
        .isCloseTo(5, within(1e-12));
  }

  @Test
  void jensen_shannon_is_that_of_scipy() {
    double base2 = Shares.jensenShannon(new double[] {0.1, 0.4, 0.5}, new double[] {0.2, 0.3, 0.5});
    assertThat(base2).isCloseTo(0.13200673194893733, within(1e-12));
    assertThat(base2 * Math.sqrt(Math.log(2))).isCloseTo(0.10990281338794596, within(1e-12));
  }

  @Test
  void every_distance_is_nothing_for_the_same_and_largest_for_what_has_nothing_in_common() {
    double[] one = {5, 5, 0, 0};
    double[] other = {0, 0, 7, 3};
    assertThat(Shares.jensenShannon(one, one)).isZero();
    assertThat(Shares.jensenShannon(one, other)).isCloseTo(1, within(1e-12));
    assertThat(Shares.hellinger(one, one)).isZero();
    assertThat(Shares.hellinger(one, other)).isCloseTo(1, within(1e-12));
    assertThat(Shares.largestDifference(one, other)).isCloseTo(0.7, within(1e-12));
    assertThat(Shares.populationStabilityIndex(one, one)).isZero();
    assertThat(Shares.populationStabilityIndex(one, other)).isGreaterThan(3);
  }

  /** Yurdakul and Naranjo: (k - 1)(1/n + 1/m); with n = m = 180 and ten cells 0.1 by chance. */
  @Test
  void the_stability_index_is_blind_to_sample_size() {
    RandomGenerator random = random(1);
    double sum = 0;
    int trials = 2_000;
    for (int trial = 0; trial < trials; trial++) {
      var one = new double[10];
      var other = new double[10];
      for (int i = 0; i < 180; i++) {
        one[random.nextInt(10)]++;
        other[random.nextInt(10)]++;
      }
      sum += Shares.populationStabilityIndex(one, other);
    }
    assertThat(sum / trials).isCloseTo(9 * (1.0 / 180 + 1.0 / 180), within(0.01));
  }

  @Test
  void the_exact_p_value_is_uniform_without_a_difference() {
    RandomGenerator random = random(2);
    int small = 0;
    for (int trial = 0; trial < 2_000; trial++) {
      double[] one = random.doubles(30).toArray();
      double[] other = random.doubles(40).toArray();
      small += KolmogorovSmirnov.of(one, other).pValue() <= 0.1 ? 1 : 0;
    }
    assertThat(small / 2_000.0).isBetween(0.06, 0.115);
  }

  /** {@code kstwo.sf(d, n)} of scipy. */
  @ParameterizedTest
  @CsvSource({
    "100, 0.05, 0.9532159710635725",
    "150, 0.05, 0.8290828416799794",
    "500, 0.04, 0.3902508696049749",
    "500, 0.08, 0.0031305058199356268",
    "1000, 0.02, 0.8108971656895577",
    "1000, 0.06, 0.001428597887952891",
    "50000, 0.0060737, 0.04979132875483627"
  })
  void large_samples_take_kolmogorovs_limit_corrected(int n, double d, double p) {
    assertThat(KolmogorovSmirnov.asymptotic(d, 2L * n, 2L * n)).isCloseTo(p, within(1e-3));
  }

  /** At a size where an exact p-value would take a billion steps. */
  @Test
  @Timeout(2)
  void a_large_distance_of_a_small_window_takes_no_time() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(KolmogorovSmirnov.asymptotic(0.5, 50_000, 1_000)).isLessThan(1e-12);
    }
  }

  /** Mann-Whitney's U of scipy is 6.5 for the first sample, so 29.5 of 36 for the second. */
  @Test
  void mann_whitney_is_that_of_scipy() {
    double[] one = {1, 2, 3, 4, 5, 9};
    double[] other = {3, 6, 7, 8, 10, 12};
    assertThat(MannWhitney.of(one, other).area()).isCloseTo(29.5 / 36, within(1e-12));
    assertThat(MannWhitney.of(other, one).area()).isCloseTo(6.5 / 36, within(1e-12));
    assertThat(MannWhitney.of(one, other).pValue()).isCloseTo(0.07764830999289329, within(1e-12));
    assertThat(MannWhitney.of(other, one).pValue()).isCloseTo(0.07764830999289329, within(1e-12));
  }

  @Test
  void two_small_cells_are_compared_by_fishers_exact_test_of_scipy() {
    assertThat(Homogeneity.pValue(new double[] {8, 2}, new double[] {1, 5}))
        .isCloseTo(0.034965034965034975, within(1e-12));
  }

  @Test
  void large_and_many_cells_are_compared_by_chi_square() {
    double[] one = {80, 20};
    double[] other = {60, 40};
    assertThat(Homogeneity.pValue(one, other)).isEqualTo(ChiSquare.of(one, other).pValue());
    double[] three = {1, 2, 3};
    assertThat(Homogeneity.pValue(three, three)).isEqualTo(1);
  }

  @Test
  void nothing_to_compare_is_no_difference() {
    assertThat(Homogeneity.pValue(new double[2], new double[] {3, 1})).isEqualTo(1);
    assertThat(Homogeneity.pValue(new double[] {0, 3}, new double[] {0, 1})).isEqualTo(1);
    assertThat(Homogeneity.pValue(new double[] {2e9, 1}, new double[] {1, 0})).isBetween(0.0, 1.0);
  }

  /**
   * Columns that each move by 0.5 standard deviations, five of them: the best classifier's area is
   * Phi(0.5 sqrt(5/2)) = 0.785.
   */
  @Test
  void what_can_be_told_apart_is_separable() {
    RandomGenerator random = random(4);
    double[][] one = rows(random, 0, 1);
    assertThat(Separability.of(one, rows(random, 0, 1)).area()).isBetween(0.42, 0.58);
    assertThat(Separability.of(one, rows(random, 0.5, 1)).area()).isBetween(0.71, 0.85);
    assertThat(Separability.of(one, rows(random, 0, 2)).area()).isGreaterThan(0.8);
    assertThat(Separability.of(one, rows(random, 9, 1)).pValue()).isLessThan(1e-12);
    assertThat(Separability.of(new double[4][1], new double[4][1]))
        .isEqualTo(new Separability(0.5, 1));
    assertThatThrownBy(() -> Separability.of(one, new double[3][5]))
        .hasMessage("rows: 250 and 3 (expected: at least 4 each)");
  }

  private static double[][] rows(RandomGenerator random, double mean, double deviation) {
    var rows = new double[250][5];
    for (double[] row : rows) {
      Arrays.setAll(row, i -> mean + deviation * random.nextGaussian());
    }
    return rows;
  }

  @Test
  void quantiles_are_a_distribution_with_atoms() {
    var quantiles = new Quantiles(List.of(0.0, 0.0, 0.0, 1.0, 3.0));
    assertThat(quantiles.below(0)).isZero();
    assertThat(quantiles.upTo(0)).isEqualTo(0.5);
    assertThat(quantiles.upTo(0.5)).isEqualTo(0.625);
    assertThat(quantiles.upTo(2)).isEqualTo(0.875);
    assertThat(quantiles.upTo(9)).isEqualTo(1);
    assertThat(quantiles.below(-1)).isZero();
    assertThat(quantiles.at(0.75)).isEqualTo(1);
    assertThat(quantiles.edges(4)).containsExactly(0, 1);
    assertThat(quantiles.shares(new double[] {0, 1})).containsExactly(0.5, 0.25, 0.25);
    assertThatThrownBy(() -> new Quantiles(List.of(1.0, 0.0)))
        .hasMessage("quantiles: 0.0 at place 1 (expected: finite, ascending)");
  }

  @Test
  void the_distance_by_quantiles_is_that_of_the_samples() {
    var shifted = Arrays.stream(TENTHS).map(x -> x + 0.7).toArray();
    var one = new Quantiles(Arrays.stream(TENTHS).boxed().toList());
    var other = new Quantiles(Arrays.stream(shifted).boxed().toList());
    assertThat(Wasserstein.ofQuantiles(one::at, other::at)).isCloseTo(0.7, within(1e-12));
    assertThat(Wasserstein.of(TENTHS, shifted)).isCloseTo(0.7, within(1e-12));
  }

  @Test
  void the_mean_discrepancy_sees_a_correlation_that_no_single_feature_shows() {
    RandomGenerator random = random(3);
    var independent = new double[200][];
    var again = new double[200][];
    var correlated = new double[200][];
    for (int i = 0; i < 200; i++) {
      independent[i] = new double[] {random.nextGaussian(), random.nextGaussian()};
      again[i] = new double[] {random.nextGaussian(), random.nextGaussian()};
      double x = random.nextGaussian();
      correlated[i] = new double[] {x, 0.9 * x + Math.sqrt(0.19) * random.nextGaussian()};
    }
    double without = MeanDiscrepancy.squared(independent, again);
    double with = MeanDiscrepancy.squared(independent, correlated);
    assertThat(with).isGreaterThan(5 * Math.abs(without)).isGreaterThan(0.02);
  }
}
