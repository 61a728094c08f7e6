package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.weir.platform.outcome.LatencyScale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * How long a bad canary lives: 1,000 requests/s, 5 % of them to the canary, alpha 0.001, looked at
 * each 100 ms. Means agree with the project's Python simulations of the same tests; where a test is
 * strict there, it is strict here. Simulations from fixed seeds.
 */
class DetectionDelayTest {
  private static final double RHO = 0.05;
  private static final double LOG_THRESHOLD = Math.log(1_000);
  private static final double SLICE_SECONDS = 0.1;
  private static final long PER_SLICE = 100;

  @Test
  void errors_from_1_to_5_percent_within_4_8_seconds() {
    assertThat(meanDelay(300, trial -> errorDelay(trial, 0.01, 0.05, 1)))
        .isCloseTo(4.8, withinPercentage(15));
  }

  @Test
  void errors_from_1_to_2_percent_within_47_seconds() {
    assertThat(meanDelay(150, trial -> errorDelay(1_000 + trial, 0.01, 0.02, 1)))
        .isCloseTo(47.0, withinPercentage(15));
  }

  @Test
  void tolerance_of_a_tenth_delays_errors_from_1_to_5_percent_by_less_than_a_fifth() {
    assertThat(meanDelay(300, trial -> errorDelay(2_000 + trial, 0.01, 0.05, 1.1)))
        .isBetween(4.0, 4.8 * 1.2);
  }

  @Test
  void a_canary_that_always_fails_within_five_of_its_requests() {
    var requests = new ArrayList<Long>();
    for (int trial = 0; trial < 300; trial++) {
      var random = new Simulated(3_000 + trial);
      var test = new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1.1));
      while (test.logEvidence() < LOG_THRESHOLD) {
        long canary = random.binomial(1, RHO);
        long baselineErrors = random.binomial(1 - canary, 0.01);
        test.update(RHO, new HitCounts(canary, 0, baselineErrors, 1 - canary - baselineErrors));
        test.closeSlice();
      }
      requests.add(test.evidence().canaryUnits());
    }
    assertThat(requests.stream().mapToLong(n -> n).average().orElseThrow()).isBetween(3.0, 5.0);
    assertThat(requests).allMatch(n -> n >= 2 && n <= 12);
  }

  @Test
  void latency_from_p99_50_to_80_ms_as_a_whole_within_1_2_seconds() {
    assertThat(meanDelay(300, trial -> latencyDelay(4_000 + trial, 1, 0, x -> 1.6 * x)))
        .isCloseTo(1.2, withinPercentage(15));
  }

  @Test
  void latency_twice_as_long_shows_through_the_default_tolerance_within_4_seconds() {
    assertThat(meanDelay(150, trial -> latencyDelay(5_000 + trial, 1.25, 1_000_000, x -> 2 * x)))
        .isLessThan(4);
  }

  @Test
  void one_of_ten_classes_twice_as_frequent_within_5_4_seconds() {
    var baseline = new double[10];
    Arrays.fill(baseline, 0.1);
    var canary = new double[10];
    Arrays.fill(canary, 0.8 / 9);
    canary[0] = 0.2;
    assertThat(meanDelay(300, trial -> classDelay(6_000 + trial, 1, canary, baseline)))
        .isCloseTo(5.4, withinPercentage(15));
  }

  @Test
  void a_binary_prior_of_30_instead_of_40_percent_within_8_5_seconds() {
    assertThat(
            meanDelay(
                300,
                trial ->
                    classDelay(7_000 + trial, 1, new double[] {0.6, 0.4}, new double[] {0.7, 0.3})))
        .isCloseTo(8.5, withinPercentage(15));
  }

  @Test
  void missing_canary_outcomes_invalidate_the_experiment() {
    double delay =
        meanDelay(
            100,
            trial -> {
              var random = new Simulated(8_000 + trial);
              var test = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
              for (int slice = 1; slice < 10_000; slice++) {
                long canary = random.binomial(PER_SLICE, RHO);
                long lost = random.binomial(canary, 0.5);
                test.update(RHO, new ArmUnits(canary - lost, PER_SLICE - canary));
                test.closeSlice();
                if (test.invalid()) {
                  return OptionalDouble.of(slice * SLICE_SECONDS);
                }
              }
              return OptionalDouble.empty();
            });
    assertThat(delay).isLessThan(3);
  }

  private static OptionalDouble errorDelay(
      int seed, double baselineRate, double canaryRate, double tolerated) {
    var random = new Simulated(seed);
    var test = new ErrorRateTest(ErrorRateTest.Parameters.tolerating(tolerated));
    test.learnBaseline((long) (100_000 * baselineRate), 100_000);
    return delay(
        test,
        () -> {
          long canary = random.binomial(PER_SLICE, RHO);
          long canaryErrors = random.binomial(canary, canaryRate);
          long baselineErrors = random.binomial(PER_SLICE - canary, baselineRate);
          test.update(
              RHO,
              new HitCounts(
                  canaryErrors,
                  canary - canaryErrors,
                  baselineErrors,
                  PER_SLICE - canary - baselineErrors));
        });
  }

  private static OptionalDouble latencyDelay(
      int seed, double ratio, long slackNanos, DoubleUnaryOperator change) {
    var random = new Simulated(seed);
    var test = new LatencyTest(LatencyTest.Parameters.tolerating(ratio, slackNanos));
    test.learnBaseline(logNormal(random, 20_000, x -> x));
    return delay(
        test,
        () -> {
          long canary = random.binomial(PER_SLICE, RHO);
          test.update(
              RHO,
              logNormal(random, canary, change),
              logNormal(random, PER_SLICE - canary, x -> x));
        });
  }

  private static LatencyHistogram logNormal(
      Simulated random, long requests, DoubleUnaryOperator change) {
    var histogram = new LatencyHistogram();
    for (long i = 0; i < requests; i++) {
      double nanos = 10e6 * Math.exp(LatencyMix.SIGMA * random.gaussian());
      histogram.add(LatencyScale.bucketOf((long) change.applyAsDouble(nanos)), 1);
    }
    return histogram;
  }

  private static OptionalDouble classDelay(
      int seed, double tolerated, double[] canaryShares, double[] baselineShares) {
    var random = new Simulated(seed);
    var test = new PredictedClassTest(PredictedClassTest.Parameters.tolerating(tolerated));
    test.learnBaseline(FalseAlarmTest.named(random.multinomial(100_000, baselineShares)));
    return delay(
        test,
        () -> {
          long canary = random.binomial(PER_SLICE, RHO);
          test.update(
              RHO,
              FalseAlarmTest.named(random.multinomial(canary, canaryShares)),
              FalseAlarmTest.named(random.multinomial(PER_SLICE - canary, baselineShares)));
        });
  }

  private static OptionalDouble delay(GuardrailTest test, Runnable slice) {
    test.closeSlice();
    for (int n = 1; n < 10_000; n++) {
      slice.run();
      test.closeSlice();
      if (test.maxLogEvidence() >= LOG_THRESHOLD) {
        return OptionalDouble.of(n * SLICE_SECONDS);
      }
    }
    return OptionalDouble.empty();
  }

  /** Mean over trials, seconds; each must end. */
  private static double meanDelay(int trials, IntFunction<OptionalDouble> trial) {
    List<Double> delays = new ArrayList<>();
    for (int i = 0; i < trials; i++) {
      delays.add(trial.apply(i).orElseThrow());
    }
    return delays.stream().mapToDouble(d -> d).average().orElseThrow();
  }
}
