package dev.weir.monitor.stats.bound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BoundLawsTest {
  static List<Mixture> mixtures() {
    var tuning = new Tuning(100, 0.05);
    return List.of(
        NormalMixture.tightestAt(tuning, Sides.ONE),
        NormalMixture.tightestAt(tuning, Sides.TWO),
        BetaBinomialMixture.tightestAt(tuning, 0.2, 0.8, Sides.ONE),
        BetaBinomialMixture.tightestAt(tuning, 0.2, 0.8, Sides.TWO),
        GammaExponentialMixture.tightestAt(tuning, 2),
        GammaPoissonMixture.tightestAt(tuning, 2));
  }

  @ParameterizedTest
  @MethodSource("mixtures")
  void the_e_process_starts_at_one_and_reaches_its_goal_at_the_bound(Mixture mixture) {
    assertThat(mixture.logValue(0, 0)).isCloseTo(0, within(1e-9));
    for (double time : new double[] {20, 100, 1_000, 100_000}) {
      for (double alpha : new double[] {0.5, 0.05, 1e-3, 1e-6}) {
        double bound = mixture.bound(time, alpha);
        if (bound < mixture.largestSum(time)) {
          assertThat(mixture.logValue(bound, time)).isCloseTo(-Math.log(alpha), within(1e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mixtures")
  void a_smaller_level_and_a_later_time_have_a_larger_bound(Mixture mixture) {
    assertThat(mixture.bound(100, 1e-3)).isGreaterThan(mixture.bound(100, 0.05));
    assertThat(mixture.bound(1_000, 0.05)).isGreaterThan(mixture.bound(100, 0.05));
    assertThat(mixture.bound(1_000, 0.05) / 1_000).isLessThan(mixture.bound(100, 0.05) / 100);
  }

  /** The exact mean of the factor after n outcomes of probability p, summed over all counts. */
  @Test
  void the_beta_binomial_mixture_is_a_fair_game() {
    for (double p : new double[] {0.01, 0.3, 0.5, 0.9}) {
      for (Sides sides : Sides.values()) {
        Mixture mixture = BetaBinomialMixture.tightestAt(new Tuning(10, 0.05), p, 1 - p, sides);
        for (int n : new int[] {1, 2, 7, 40}) {
          double mean = 0;
          double logChance = n * Math.log(1 - p);
          for (int k = 0; k <= n; k++) {
            mean += Math.exp(logChance + mixture.logValue(k - n * p, n * p * (1 - p)));
            logChance += Math.log((double) (n - k) / (k + 1)) + Math.log(p / (1 - p));
          }
          assertThat(mean).as("p %s, n %s, %s", p, n, sides).isCloseTo(1, within(1e-9));
        }
      }
    }
  }

  /** The exact mean for one normal outcome, by the trapezoid rule. */
  @Test
  void the_normal_mixtures_are_fair_games() {
    for (Sides sides : Sides.values()) {
      Mixture mixture = NormalMixture.tightestAt(new Tuning(10, 0.05), sides);
      double mean =
          DoubleStream.iterate(-60, z -> z < 60, z -> z + 0.01)
              .map(z ->
                  0.01 / Math.sqrt(2 * Math.PI) * Math.exp(-z * z / 2 + mixture.logValue(z, 1)))
              .sum();
      assertThat(mean).isCloseTo(1, within(1e-4));
    }
  }

  @Test
  void one_sided_evidence_far_on_the_other_side_is_less_than_none_and_never_not_a_number() {
    for (Mixture mixture : mixtures()) {
      if (!(mixture instanceof NormalMixture normal && normal.sides() == Sides.TWO)
          && !(mixture instanceof BetaBinomialMixture beta && beta.sides() == Sides.TWO)) {
        assertThat(mixture.logValue(-4_000, 10_000)).isLessThan(-1);
      }
    }
  }

  @Test
  void the_rates_that_are_covered_are_one_interval() {
    var sequence = new BernoulliSequence(0.05, 200);
    for (long n : new long[] {1, 10, 200, 5_000}) {
      for (long k : new long[] {0, 1, n / 3, n - 1, n}) {
        Interval interval = sequence.interval(k, n);
        for (int i = 1; i < 2_000; i++) {
          double rate = i / 2_000.0;
          assertThat(sequence.covers(rate, k, n))
              .as("%s of %s, rate %s", k, n, rate)
              .isEqualTo(rate > interval.low() && rate < interval.high());
        }
      }
    }
  }

  @Test
  void the_interval_of_nothing_is_everything() {
    assertThat(new BernoulliSequence(0.05, 100).interval(0, 0)).isEqualTo(new Interval(0, 1));
  }

  @Test
  void the_sum_for_the_zeta_function_is_that_of_the_tables() {
    assertThat(new Stitching(2, 2).zeta()).isCloseTo(Math.PI * Math.PI / 6, within(1e-9));
    assertThat(new Stitching(4, 2).zeta()).isCloseTo(Math.pow(Math.PI, 4) / 90, within(1e-9));
    assertThat(new Stitching(1.5, 2).zeta()).isCloseTo(2.612375348685488, within(1e-8));
  }

  @Test
  void quantiles_are_compared_in_any_order_and_with_ties() {
    var comparison = new QuantileComparison(0.5, 0.05, 100);
    double[] ones = new double[400];
    Arrays.fill(ones, 1);
    double[] twos = new double[400];
    Arrays.fill(twos, 2);
    double[] mixed = new double[400];
    Arrays.setAll(mixed, i -> i % 2 + 1);
    assertThat(comparison.pValue(ones, twos)).isLessThan(1e-9);
    assertThat(comparison.pValue(twos, ones)).isEqualTo(comparison.pValue(ones, twos));
    assertThat(comparison.pValue(ones, ones)).isEqualTo(1);
    assertThat(comparison.pValue(ones, mixed)).isEqualTo(1);
    assertThat(comparison.pValue(ones, new double[0])).isEqualTo(1);
  }

  @Test
  void wrong_values_are_refused_with_their_rule() {
    assertThatThrownBy(() -> new Tuning(0, 0.05))
        .hasMessage("intrinsicTime: 0.0 (expected: finite, over 0.0)");
    assertThatThrownBy(() -> new Tuning(1, 0.5))
        .hasMessage("2 alpha: 1.0 (expected: over 0 and under 1)");
    assertThatThrownBy(() -> new NormalMixture(Double.NaN, Sides.ONE))
        .hasMessage("rho: NaN (expected: finite, over 0.0)");
    assertThatThrownBy(() -> new NormalMixture(1, Sides.TWO).bound(-1, 0.05))
        .hasMessage("intrinsicTime: -1.0 (expected: finite, 0.0 or more)");
    assertThatThrownBy(() -> new NormalMixture(1, Sides.TWO).bound(1, 1))
        .hasMessage("alpha: 1.0 (expected: over 0 and under 1)");
    assertThatThrownBy(() -> new BetaBinomialMixture(1, 0.5, 0.5, Sides.ONE).logValue(3, 1))
        .hasMessage("sum: 3.0 (expected: -2.0 to 2.0)");
    assertThatThrownBy(() -> new GammaPoissonMixture(1, 2).logValue(-5, 1))
        .hasMessage("sum: -5.0 (expected: finite, over -1.0)");
    assertThatThrownBy(() -> new Stitching(1, 2)).hasMessage("s: 1.0 (expected: finite, over 1.0)");
    assertThatThrownBy(() -> new EmpiricalProcessBound(100, 0.05, 0.5))
        .hasMessage("a: 0.5 (expected: over 0.7072, at most 100)");
    assertThatThrownBy(() -> new EmpiricalProcessBound(100, 0.05).radius(99))
        .hasMessage("values: 99 (expected: 100 or more)");
    assertThatThrownBy(() -> new BernoulliSequence(0.05, 100).interval(3, 2))
        .hasMessage("hits: 3 (expected: 0 to 2)");
    assertThatThrownBy(() -> DoubleStitching.from(0))
        .hasMessage("firstTime: 0 (expected: 1 or more)");
  }
}
