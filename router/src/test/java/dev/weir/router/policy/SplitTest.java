package dev.weir.router.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.router.Snapshots;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The guarantee of the guardrails rests on these. Seeded: they pass always or never. */
class SplitTest {
  private static final int DRAWS = 200_000;

  private static boolean[] canaries(int basisPoints, long seed) {
    RoutingTable table =
        RoutingTable.compile(Snapshots.of(1, Snapshots.canary("fraud", basisPoints).build()));
    RandomGenerator random = new Draws(seed).generator();
    var request = new TestRequest("fraud");
    var drawn = new boolean[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      var decision = (Decision.Routed) table.decide(request, random);
      drawn[i] = decision.variant().name().equals("canary");
    }
    return drawn;
  }

  private static int count(boolean[] drawn) {
    int count = 0;
    for (boolean canary : drawn) {
      count += canary ? 1 : 0;
    }
    return count;
  }

  @Test
  void shares_are_those_of_the_weights_within_binomial_bounds() {
    for (int basisPoints : new int[] {1, 100, 500, 2_500, 5_000, 9_999}) {
      double p = basisPoints / 10_000.0;
      double deviation = Math.sqrt(DRAWS * p * (1 - p));
      assertThat((double) count(canaries(basisPoints, basisPoints)))
          .as("%d basis points", basisPoints)
          .isBetween(DRAWS * p - 4.5 * deviation, DRAWS * p + 4.5 * deviation);
    }
  }

  /** No quota and no round robin hides in the long run: each short window looks binomial, too. */
  @Test
  void shares_hold_over_every_window() {
    double p = 0.05;
    boolean[] drawn = canaries(500, 11);
    for (int window : new int[] {1_000, 5_000, 20_000}) {
      double deviation = Math.sqrt(window * p * (1 - p));
      double squares = 0;
      int windows = DRAWS / window;
      for (int start = 0; start < DRAWS; start += window) {
        int count = 0;
        for (int i = start; i < start + window; i++) {
          count += drawn[i] ? 1 : 0;
        }
        double z = (count - window * p) / deviation;
        assertThat(Math.abs(z)).as("%d draws from %d", window, start).isLessThan(3.9);
        squares += z * z;
      }
      // as different from each other as draws are: chi-square, within 3.9 deviations
      assertThat(squares)
          .as("windows of %d", window)
          .isBetween(
              windows - 3.9 * Math.sqrt(2 * windows), windows + 3.9 * Math.sqrt(2 * windows));
    }
  }

  /** Wald and Wolfowitz: independent draws of both kinds have this many runs, give or take. */
  @Test
  void draws_do_not_depend_on_each_other() {
    for (long seed = 1; seed <= 5; seed++) {
      boolean[] drawn = canaries(2_500, seed);
      double canaries = count(drawn);
      double baselines = DRAWS - canaries;
      int runs = 1;
      for (int i = 1; i < DRAWS; i++) {
        runs += drawn[i] == drawn[i - 1] ? 0 : 1;
      }
      double mean = 2 * canaries * baselines / DRAWS + 1;
      double deviation = Math.sqrt((mean - 1) * (mean - 2) / (DRAWS - 1));
      assertThat(Math.abs(runs - mean) / deviation).as("seed %d", seed).isLessThan(4);
    }
  }

  @Test
  void a_draw_tells_nothing_about_those_up_to_fifty_later() {
    boolean[] drawn = canaries(500, 9);
    double p = (double) count(drawn) / DRAWS;
    for (int lag = 1; lag <= 50; lag++) {
      double sum = 0;
      for (int i = lag; i < DRAWS; i++) {
        sum += ((drawn[i] ? 1 : 0) - p) * ((drawn[i - lag] ? 1 : 0) - p);
      }
      double correlation = sum / ((DRAWS - lag) * p * (1 - p));
      assertThat(Math.abs(correlation)).as("lag %d", lag).isLessThan(4.5 / Math.sqrt(DRAWS));
    }
  }

  @Test
  void units_are_never_zero_and_all_different() {
    RoutingTable table =
        RoutingTable.compile(Snapshots.of(1, Snapshots.canary("fraud", 500).build()));
    RandomGenerator random = new Draws(4).generator();
    Set<Long> units = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      long unit = ((Decision.Routed) table.decide(new TestRequest("fraud"), random)).unit();
      assertThat(unit).isNotZero();
      assertThat(units.add(unit)).isTrue();
    }
  }

  @Test
  void each_thread_draws_numbers_of_its_own() throws InterruptedException {
    var draws = new Draws(3);
    long here = draws.generator().nextLong();
    var there = new long[1];
    Thread thread = Thread.ofPlatform().start(() -> there[0] = draws.generator().nextLong());
    thread.join();
    assertThat(there[0]).isNotEqualTo(here);
  }
}
