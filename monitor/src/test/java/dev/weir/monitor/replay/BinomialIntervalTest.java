package dev.weir.monitor.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class BinomialIntervalTest {
  @Test
  void nothing_of_n_has_the_limit_that_can_be_worked_out_by_hand() {
    for (int units : new int[] {1, 3, 10, 100}) {
      BinomialInterval none = BinomialInterval.of(0, units);
      assertThat(none.low()).isZero();
      assertThat(none.high()).isCloseTo(1 - Math.pow(0.025, 1.0 / units), within(1e-12));
      BinomialInterval all = BinomialInterval.of(units, units);
      assertThat(all.low()).isCloseTo(Math.pow(0.025, 1.0 / units), within(1e-12));
      assertThat(all.high()).isEqualTo(1);
    }
  }

  @Test
  void each_limit_leaves_a_fortieth_of_the_binomial_beyond_it() {
    for (int units : new int[] {2, 10, 37}) {
      for (int hits = 1; hits < units; hits++) {
        BinomialInterval interval = BinomialInterval.of(hits, units);
        assertThat(probabilityOf(hits, units, units, interval.low()))
            .isCloseTo(0.025, within(1e-9));
        assertThat(probabilityOf(0, hits, units, interval.high())).isCloseTo(0.025, within(1e-9));
      }
    }
  }

  @Test
  void the_true_share_is_inside_at_least_as_often_as_promised() {
    int units = 12;
    for (double share = 0.01; share < 1; share += 0.01) {
      double covered = 0;
      for (int hits = 0; hits <= units; hits++) {
        BinomialInterval interval = BinomialInterval.of(hits, units);
        if (interval.low() <= share && share <= interval.high()) {
          covered += probabilityOf(hits, hits, units, share);
        }
      }
      assertThat(covered).as("share %f", share).isGreaterThanOrEqualTo(BinomialInterval.COVERAGE);
    }
  }

  /** P(from <= X <= to), summed term by term. */
  private static double probabilityOf(int from, int to, int units, double share) {
    double sum = 0;
    for (int hits = from; hits <= to; hits++) {
      double term = 1;
      for (int i = 0; i < hits; i++) {
        term *= (units - i) / (double) (i + 1) * share;
      }
      sum += term * Math.pow(1 - share, units - hits);
    }
    return sum;
  }

  @Test
  void it_reads_as_per_cent_and_refuses_what_cannot_be_counted() {
    assertThat(BinomialInterval.of(2, 10)).hasToString("2.5 % to 55.6 %");
    assertThatThrownBy(() -> BinomialInterval.of(0, 0)).hasMessageContaining("hits: 0 of 0");
    assertThatThrownBy(() -> BinomialInterval.of(3, 2)).hasMessageContaining("hits: 3 of 2");
  }
}
