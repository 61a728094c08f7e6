package dev.weir.monitor.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Randomness;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DiscreteLaplaceTest {
  private static final int DRAWS = 200_000;

  private static long[] draws(Epsilon epsilon, long seed) {
    var noise = new DiscreteLaplace(Randomness.seeded(seed));
    var draws = new long[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      draws[i] = noise.next(epsilon);
    }
    return draws;
  }

  /** (1 - a) / (1 + a) a^|x| with a = exp(-epsilon). */
  private static double probability(double epsilon, long x) {
    double a = Math.exp(-epsilon);
    return (1 - a) / (1 + a) * Math.pow(a, Math.abs(x));
  }

  @ParameterizedTest(name = "epsilon {0}")
  @ValueSource(doubles = {0.05, 0.3, 0.693147, 1, 2.5})
  void each_number_comes_as_often_as_the_formula_says(double epsilon) {
    long[] draws = draws(Epsilon.of(epsilon), 7);
    int most = (int) Math.min(40, Math.ceil(6 / epsilon));
    var counts = new long[2 * most + 1];
    long beyond = 0;
    for (long draw : draws) {
      if (Math.abs(draw) <= most) {
        counts[(int) draw + most]++;
      } else {
        beyond++;
      }
    }
    double chiSquare = 0;
    double expectedBeyond = DRAWS;
    for (int x = -most; x <= most; x++) {
      double expected = DRAWS * probability(epsilon, x);
      expectedBeyond -= expected;
      chiSquare += (counts[x + most] - expected) * (counts[x + most] - expected) / expected;
    }
    chiSquare += (beyond - expectedBeyond) * (beyond - expectedBeyond) / expectedBeyond;
    // mean k, standard deviation sqrt(2k): four of them
    int degrees = 2 * most + 1;
    assertThat(chiSquare).isLessThan(degrees + 4 * Math.sqrt(2.0 * degrees));
  }

  @ParameterizedTest(name = "epsilon {0}")
  @ValueSource(doubles = {0.01, 0.1, 1, 4})
  void mean_and_scale_are_right(double epsilon) {
    long[] draws = draws(Epsilon.of(epsilon), 8);
    double a = Math.exp(-epsilon);
    double deviation = Math.sqrt(2 * a) / (1 - a);
    double sum = 0;
    double squares = 0;
    long within95 = DiscreteLaplace.within95(Epsilon.of(epsilon));
    long inside = 0;
    long closer = 0;
    for (long draw : draws) {
      sum += draw;
      squares += (double) draw * draw;
      inside += Math.abs(draw) <= within95 ? 1 : 0;
      closer += Math.abs(draw) <= within95 - 1 ? 1 : 0;
    }
    assertThat(sum / DRAWS).isCloseTo(0, within(4 * deviation / Math.sqrt(DRAWS)));
    // the fourth moment is about 6 deviation^4
    assertThat(squares / DRAWS)
        .isCloseTo(
            deviation * deviation,
            within(4 * Math.sqrt(6) * deviation * deviation / Math.sqrt(DRAWS) + 0.001));
    double slack = 4 * Math.sqrt(0.05 * 0.95 / DRAWS);
    assertThat((double) inside / DRAWS).isGreaterThan(0.95 - slack);
    assertThat((double) closer / DRAWS).isLessThan(0.95 + slack);
  }

  @ParameterizedTest(name = "epsilon {0}")
  @ValueSource(doubles = {0.1, 0.5, 1})
  void counts_that_differ_by_one_sample_look_alike_as_promised(double epsilon) {
    // the releases of 10 and of 11 samples, number by number
    var ten = new long[40];
    var eleven = new long[40];
    for (long draw : draws(Epsilon.of(epsilon), 9)) {
      ten[(int) Math.clamp(10 + draw + 10, 0, 39)]++;
    }
    for (long draw : draws(Epsilon.of(epsilon), 10)) {
      eleven[(int) Math.clamp(11 + draw + 10, 0, 39)]++;
    }
    for (int i = 0; i < 40; i++) {
      double more = Math.max(ten[i], eleven[i]);
      double less = Math.min(ten[i], eleven[i]);
      if (less > 400) {
        assertThat(more / less).isLessThan(Math.exp(epsilon) * (1 + 5 / Math.sqrt(less)));
      }
    }
  }

  @Test
  void the_extremes_can_be_drawn() {
    RandomGenerator random = Randomness.seeded(11);
    var noise = new DiscreteLaplace(random);
    double sum = 0;
    for (int i = 0; i < 2_000; i++) {
      sum += Math.abs(noise.next(new Epsilon(1)));
      assertThat(noise.next(Epsilon.of(1_000))).isZero();
    }
    assertThat(sum / 2_000).isCloseTo(1e6, within(1e5));
  }

  @Test
  void an_epsilon_is_never_more_than_what_was_said() {
    assertThat(Epsilon.of(0.3).millionths()).isEqualTo(300_000);
    assertThat(Epsilon.of(0.1234567).millionths()).isEqualTo(123_456);
    assertThat(Epsilon.of(1_000).millionths()).isEqualTo(1_000_000_000);
    RandomGenerator random = Randomness.seeded(12);
    for (int i = 0; i < 10_000; i++) {
      double said = random.nextDouble() * 10 + 1e-6;
      assertThat(Epsilon.of(said).value()).isBetween(said - 1e-6, said);
    }
    for (double wrong : new double[] {0, -1, 1e-7, 1_000.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Epsilon.of(wrong))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("(expected: 0.000001 to 1000)");
    }
  }
}
