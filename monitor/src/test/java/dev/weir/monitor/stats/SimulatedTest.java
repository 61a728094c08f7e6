package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulations stand on these draws. */
class SimulatedTest {
  @ParameterizedTest
  @CsvSource({"1000,0.05", "950,0.01", "50,0.3", "40,0.9", "100000,0.5", "3,0.2"})
  void binomial_counts_have_the_mean_and_variance_of_their_law(long n, double p) {
    var random = new Simulated(n);
    int draws = 40_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double k = random.binomial(n, p);
      assertThat(k).isBetween(0.0, (double) n);
      sum += k;
      squares += (k - n * p) * (k - n * p);
    }
    double variance = n * p * (1 - p);
    assertThat(sum / draws).isCloseTo(n * p, within(4 * Math.sqrt(variance / draws)));
    assertThat(squares / draws).isCloseTo(variance, within(0.04 * variance));
  }
}
