package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * How long a bad canary lives, see {@link DetectionDelaySimulation}. The expected means are those
 * of independent simulations of the same tests in Python; those were strict, so these are too
 * unless they say otherwise.
 */
class DetectionDelayTest {
  @Test
  void errors_from_1_to_5_percent_take_4_8_seconds() {
    assertThat(mean(300, trial -> DetectionDelaySimulation.errors(trial, 0.01, 0.05, 1)))
        .isCloseTo(4.8, withinPercentage(15));
  }

  @Test
  void errors_from_1_to_2_percent_take_47_seconds() {
    assertThat(mean(150, trial -> DetectionDelaySimulation.errors(trial, 0.01, 0.02, 1)))
        .isCloseTo(47.0, withinPercentage(15));
  }

  @Test
  void tolerating_a_tenth_costs_less_than_a_fifth_more_time() {
    assertThat(mean(300, trial -> DetectionDelaySimulation.errors(trial, 0.01, 0.05, 1.1)))
        .isBetween(4.0, 4.8 * 1.2);
  }

  @Test
  void a_canary_that_always_fails_is_found_within_a_few_of_its_requests() {
    List<Long> requests = new ArrayList<>();
    for (int trial = 0; trial < 300; trial++) {
      var random = new Simulated(3_000 + trial);
      var test = new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1.1));
      while (test.logEvidence() < DetectionDelaySimulation.LOG_THRESHOLD) {
        long canary = random.binomial(1, DetectionDelaySimulation.RHO);
        long baselineErrors = random.binomial(1 - canary, 0.01);
        test.update(
            DetectionDelaySimulation.RHO,
            new HitCounts(canary, 0, baselineErrors, 1 - canary - baselineErrors));
        test.closeSlice();
      }
      requests.add(test.evidence().canaryUnits());
    }
    assertThat(requests.stream().mapToLong(n -> n).average().orElseThrow()).isBetween(3.0, 5.0);
    assertThat(requests).allMatch(n -> n >= 2 && n <= 12);
  }

  @Test
  void latency_1_6_times_as_long_takes_1_2_seconds() {
    assertThat(mean(300, trial -> DetectionDelaySimulation.latency(trial, 1, 0, x -> 1.6 * x)))
        .isCloseTo(1.2, withinPercentage(15));
  }

  @Test
  void a_p99_of_80_instead_of_50_ms_under_the_same_median_takes_8_3_seconds() {
    assertThat(mean(200, DetectionDelaySimulation::slowerTail))
        .isCloseTo(8.3, withinPercentage(15));
  }

  @Test
  void latency_twice_as_long_shows_through_the_default_tolerance_within_4_seconds() {
    assertThat(mean(150, trial -> DetectionDelaySimulation.tolerantLatency(trial, 2)))
        .isLessThan(4);
  }

  @Test
  void one_of_ten_classes_twice_as_frequent_takes_5_4_seconds() {
    assertThat(mean(300, trial -> DetectionDelaySimulation.oneOfTen(trial, 1)))
        .isCloseTo(5.4, withinPercentage(15));
  }

  @Test
  void a_class_at_40_instead_of_30_percent_takes_8_5_seconds() {
    assertThat(mean(300, trial -> DetectionDelaySimulation.binary(trial, 1, 0.3, 0.4)))
        .isCloseTo(8.5, withinPercentage(15));
  }

  @Test
  void losing_half_of_the_canarys_outcomes_invalidates_the_experiment_within_3_seconds() {
    assertThat(mean(100, DetectionDelaySimulation::lost)).isLessThan(3);
  }

  private static double mean(int trials, IntToDoubleFunction delay) {
    return Arrays.stream(DetectionDelaySimulation.delays(trials, delay)).average().orElseThrow();
  }
}
