package dev.weir.monitor.stats;

import static dev.weir.monitor.stats.LiftMixture.Claim.HITS_AND_MISSES_WITHIN;
import static dev.weir.monitor.stats.LiftMixture.Claim.HITS_AT_LEAST;
import static dev.weir.monitor.stats.LiftMixture.Claim.HITS_AT_MOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.monitor.stats.LiftMixture.Cap;
import dev.weir.monitor.stats.LiftMixture.Claim;
import dev.weir.monitor.stats.LiftMixture.Parameters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one property that all promises rest on: no bet gains on average while the claim is true. */
class LiftMixtureTest {
  private static final double[] RATES = {0, 1e-12, 0.001, 0.2, 0.5, 0.91, 0.95, 0.985, 0.9995, 1};
  private static final double[] SPLITS = {1e-6, 0.05, 0.5, 0.95, 0.999999};
  private static final double[] TRUE_RATES = {
    0, 1e-6, 0.01, 0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95, 0.99, 0.9999, 1
  };

  static List<Parameters> bets() {
    var bets = new ArrayList<Parameters>();
    for (double tolerated : new double[] {1, 1.0001, 1.1, 2, 1_000}) {
      for (Cap cap : List.of(new Cap(0.999, 0), new Cap(0.98, 0), new Cap(0.5, 0.5))) {
        for (double lift : new double[] {0.01, 0.25, 0.8, 1.01, 1.25, 3, 100}) {
          bets.add(new Parameters(HITS_AND_MISSES_WITHIN, List.of(lift), tolerated, cap));
          if (lift > 1) {
            bets.add(new Parameters(HITS_AT_MOST, List.of(lift), tolerated, cap));
            bets.add(new Parameters(HITS_AT_MOST, List.of(lift), 1 / tolerated, cap));
          } else {
            bets.add(new Parameters(HITS_AT_LEAST, List.of(lift), tolerated, cap));
          }
        }
      }
    }
    return bets;
  }

  @ParameterizedTest
  @MethodSource("bets")
  void no_bet_gains_on_average_while_the_claim_is_true(Parameters bet) {
    for (double split : SPLITS) {
      for (double believed : RATES) {
        double canaryHit = factor(bet, split, believed, new HitCounts(1, 0, 0, 0));
        double canaryMiss = factor(bet, split, believed, new HitCounts(0, 1, 0, 0));
        double baselineHit = factor(bet, split, believed, new HitCounts(0, 0, 1, 0));
        double baselineMiss = factor(bet, split, believed, new HitCounts(0, 0, 0, 1));
        for (double b : TRUE_RATES) {
          for (double a : soundRates(bet, b)) {
            double mean =
                split * (a * canaryHit + (1 - a) * canaryMiss)
                    + (1 - split) * (b * baselineHit + (1 - b) * baselineMiss);
            assertThat(mean)
                .as("split %s, believed %s, canary %s, baseline %s", split, believed, a, b)
                .isLessThanOrEqualTo(1 + 1e-9);
          }
        }
      }
    }
  }

  private static List<Double> soundRates(Parameters bet, double baseline) {
    double tolerated = bet.toleratedRatio();
    var rates = new ArrayList<Double>();
    for (double rate : TRUE_RATES) {
      rates.add(rate);
    }
    // The edges of the claim.
    rates.add(Math.min(1, baseline * tolerated));
    rates.add(baseline / tolerated);
    rates.add(Math.max(0, 1 - (1 - baseline) * tolerated));
    rates.add(1 - (1 - baseline) / tolerated);
    rates.removeIf(canary -> !sound(bet, canary, baseline));
    return rates;
  }

  private static boolean sound(Parameters bet, double canary, double baseline) {
    boolean hitsAtMost = canary <= bet.toleratedRatio() * baseline;
    return switch (bet.claim()) {
      case HITS_AT_MOST -> hitsAtMost;
      case HITS_AT_LEAST -> canary >= bet.toleratedRatio() * baseline;
      case HITS_AND_MISSES_WITHIN ->
          hitsAtMost
              && baseline <= bet.toleratedRatio() * canary
              && 1 - canary <= bet.toleratedRatio() * (1 - baseline)
              && 1 - baseline <= bet.toleratedRatio() * (1 - canary);
    };
  }

  private static double factor(Parameters bet, double split, double believed, HitCounts unit) {
    var mixture = new LiftMixture(bet);
    mixture.update(split, believed, unit);
    assertThat(mixture.logEvidence()).isFinite();
    return Math.exp(mixture.logEvidence());
  }

  @Test
  void lifts_that_are_no_alternatives_are_refused() {
    assertRefused(HITS_AT_MOST, List.of(0.5), "lift: 0.5 (expected: finite, over 1)");
    assertRefused(
        HITS_AND_MISSES_WITHIN, List.of(1.0), "lift: 1.0 (expected: finite, over 0, not 1)");
    assertRefused(
        HITS_AND_MISSES_WITHIN, List.of(Double.NaN), "lift: NaN (expected: finite, over 0, not 1)");
    assertRefused(HITS_AT_MOST, List.of(), "lifts: 0 (expected: 1 to 64)");
    assertThatThrownBy(() -> new Parameters(HITS_AT_MOST, List.of(2.0), 1e-4, new Cap(0.999, 0)))
        .hasMessage("toleratedRatio: 1.0E-4 (expected: 0.001 to 1000)");
    assertThatThrownBy(
            () -> new Parameters(HITS_AND_MISSES_WITHIN, List.of(2.0), 0.9, new Cap(0.999, 0)))
        .hasMessage("toleratedRatio: 0.9 (expected: 1 to 1000)");
    assertRefused(HITS_AT_LEAST, List.of(1.5), "lift: 1.5 (expected: finite, over 0, under 1)");
  }

  private static void assertRefused(Claim claim, List<Double> lifts, String message) {
    assertThatThrownBy(() -> new Parameters(claim, lifts, 1, new Cap(0.999, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
