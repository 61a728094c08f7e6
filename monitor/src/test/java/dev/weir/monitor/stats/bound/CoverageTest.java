package dev.weir.monitor.stats.bound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sound streams, looked at after every single value: seeded, with the level stated. */
class CoverageTest {
  private static final double ALPHA = 0.1;
  private static final int STREAMS = 400;
  private static final int VALUES = 1_500;

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static double share(IntPredicate failed) {
    return IntStream.range(0, STREAMS).filter(failed).count() / (double) STREAMS;
  }

  /** Fails if the true exceedance leaves the interval at any of the looks. */
  private static boolean everLeaves(int seed, double rate) {
    var sequence = new BernoulliSequence(ALPHA, 300);
    RandomGenerator random = random(seed);
    long hits = 0;
    for (int n = 1; n <= VALUES; n++) {
      hits += random.nextDouble() < rate ? 1 : 0;
      if (!sequence.covers(rate, hits, n)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void the_true_exceedance_stays_inside_at_every_look() {
    for (double rate : new double[] {0.01, 0.1, 0.5}) {
      assertThat(share(seed -> everLeaves(seed, rate))).as("rate " + rate).isLessThan(ALPHA);
    }
  }

  /** What it is there for: the textbook's interval at the same level, looked at as often. */
  @Test
  void the_fixed_sample_interval_loses_the_truth_far_more_often_than_it_says() {
    assertThat(
            share(seed -> {
              RandomGenerator random = random(seed);
              long hits = 0;
              for (int n = 1; n <= VALUES; n++) {
                hits += random.nextDouble() < 0.1 ? 1 : 0;
                double miss = hits - n * 0.1;
                if (n >= 30 && Math.abs(miss) > 1.645 * Math.sqrt(n * 0.09)) {
                  return true;
                }
              }
              return false;
            }))
        .isGreaterThan(4 * ALPHA);
  }

  @Test
  void
      an_exceedance_at_the_claim_is_accused_no_more_often_than_stated_and_a_fivefold_one_is_found() {
    var sequence = new ExceedanceSequence(0.01, ALPHA, 1_000);
    assertThat(share(seed -> accusedAfter(sequence, seed, 0.01) < VALUES)).isLessThan(ALPHA);
    double mean =
        IntStream.range(0, STREAMS)
            .map(seed -> accusedAfter(sequence, seed, 0.05))
            .average()
            .orElseThrow();
    assertThat(mean).isLessThan(250);
  }

  private static int accusedAfter(ExceedanceSequence sequence, int seed, double rate) {
    RandomGenerator random = random(seed);
    long exceeding = 0;
    for (int n = 1; n <= VALUES; n++) {
      exceeding += random.nextDouble() < rate ? 1 : 0;
      if (sequence.logEvidence(exceeding, n) >= -Math.log(ALPHA)) {
        return n;
      }
    }
    return VALUES;
  }

  @Test
  void the_number_over_the_true_quantile_stays_within_its_ranks_at_every_look() {
    double p = 0.1;
    var sequence = new ExceedanceSequence(p, ALPHA, 300);
    var ranks =
        IntStream.rangeClosed(0, VALUES)
            .mapToObj(sequence::ranks)
            .toArray(ExceedanceSequence.RankRange[]::new);
    assertThat(
            share(seed -> {
              RandomGenerator random = random(seed);
              long over = 0;
              for (int n = 1; n <= VALUES; n++) {
                over += random.nextDouble() < p ? 1 : 0;
                if (over < ranks[n].least() || over > ranks[n].most()) {
                  return true;
                }
              }
              return false;
            }))
        .isLessThan(ALPHA);
    assertThat(ranks[0]).isEqualTo(new ExceedanceSequence.RankRange(0, 0));
    assertThat(ranks[VALUES].least()).isBetween(90L, 149L);
    assertThat(ranks[VALUES].most()).isBetween(151L, 210L);
  }

  @Test
  void the_whole_distribution_stays_inside_both_bands_at_every_look() {
    int[] grid = IntStream.rangeClosed(1, 19).toArray();
    int values = 500;
    var band = new EmpiricalProcessBound(20, ALPHA);
    var stitched = DoubleStitching.from(20);
    var over = new double[values + 1][grid.length];
    var under = new double[values + 1][grid.length];
    for (int n = 1; n <= values; n++) {
      for (int j = 0; j < grid.length; j++) {
        double p = grid[j] / 20.0;
        over[n][j] = n * p + stitched.bound(p, n, ALPHA);
        under[n][j] = n * p - stitched.bound(1 - p, n, ALPHA);
      }
    }
    int outside = 0;
    int outsideStitched = 0;
    for (int seed = 0; seed < 300; seed++) {
      RandomGenerator random = random(seed);
      var counts = new int[grid.length];
      boolean left = false;
      boolean leftStitched = false;
      for (int n = 1; n <= values; n++) {
        double value = random.nextDouble();
        for (int j = 0; j < grid.length; j++) {
          double p = grid[j] / 20.0;
          counts[j] += value <= p ? 1 : 0;
          leftStitched |= counts[j] >= over[n][j] || counts[j] <= under[n][j];
          left |= n >= 20 && Math.abs((double) counts[j] / n - p) > band.radius(n);
        }
      }
      outside += left ? 1 : 0;
      outsideStitched += leftStitched ? 1 : 0;
    }
    assertThat(outside / 300.0).isLessThan(ALPHA);
    assertThat(outsideStitched / 300.0).isLessThan(ALPHA);
  }

  @Test
  void equal_medians_are_called_different_no_more_often_than_stated() {
    var comparison = new QuantileComparison(0.5, ALPHA, 100);
    int called = 0;
    for (int seed = 0; seed < 100; seed++) {
      RandomGenerator random = random(seed);
      double[] one = random.doubles(200).toArray();
      double[] other = random.doubles(200).map(x -> 0.5 + 3 * (x - 0.5)).toArray();
      for (int n = 10; n <= 200; n += 10) {
        if (comparison.pValue(Arrays.copyOf(one, n), Arrays.copyOf(other, n)) <= ALPHA) {
          called++;
          break;
        }
      }
    }
    assertThat(called / 100.0).isLessThan(ALPHA);
  }
}
