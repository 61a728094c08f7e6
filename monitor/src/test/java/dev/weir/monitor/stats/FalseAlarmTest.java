package dev.weir.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A sound canary is accused with probability alpha or less, looked at each second for five minutes,
 * in everything that production does to it. Simulations from fixed seeds at 1,000 requests/s.
 */
class FalseAlarmTest {
  private static final double ALPHA = 0.05;
  private static final double LOG_THRESHOLD = -Math.log(ALPHA);
  private static final int TRIALS = 400;
  private static final int SECONDS = 300;
  private static final long RATE = 1_000;

  /** Bursts of 20 times the errors, the same in both arms, over a slow wave. */
  private static double burst(int second) {
    return (second % 300 > 60 && second % 300 < 75 ? 20 : 1) * (1 + 0.8 * Math.sin(second / 30.0));
  }

  /** 5, 25, 50, 100 %: the steps of a rollout. */
  private static double rising(int second) {
    return second < 100 ? 0.05 : second < 180 ? 0.25 : second < 260 ? 0.5 : 1;
  }

  @Test
  void errors_as_frequent_as_in_the_baseline() {
    assertRare(trial -> errorsAlarm(new ErrorTrial(trial, 1), strictErrors()));
  }

  @Test
  void errors_in_common_bursts_while_one_in_a_hundred_successes_is_kept() {
    var traffic = new ErrorTrial(10_000, 1).with(FalseAlarmTest::burst, s -> 0.05, 0.01);
    assertRare(trial -> errorsAlarm(traffic.seeded(trial), strictErrors()));
  }

  @Test
  void errors_in_common_bursts_while_the_split_rises() {
    var traffic = new ErrorTrial(20_000, 1).with(FalseAlarmTest::burst, FalseAlarmTest::rising, 1);
    assertRare(trial -> errorsAlarm(traffic.seeded(trial), strictErrors()));
  }

  @Test
  void errors_whose_base_rate_is_believed_five_times_too_high_or_too_low() {
    assertRare(trial -> {
      ErrorRateTest test = strictErrors();
      test.learnBaseline(trial % 2 == 0 ? 5_000_000 : 200_000, 100_000_000);
      test.closeSlice();
      return errorsAlarm(new ErrorTrial(30_000 + trial, 1), test);
    });
  }

  @Test
  void errors_exactly_as_many_more_as_is_tolerated() {
    var traffic =
        new ErrorTrial(40_000, 1.1).with(FalseAlarmTest::burst, FalseAlarmTest::rising, 1);
    assertRare(trial ->
        errorsAlarm(
            traffic.seeded(trial), new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1.1))));
  }

  /** At such rates the successes of a tolerated canary are fewer than 1/1.1 of the baseline's. */
  @Test
  void errors_in_six_of_ten_requests_and_exactly_as_many_more_as_is_tolerated() {
    var traffic = new ErrorTrial(45_000, 1.1).with(s -> 60, FalseAlarmTest::rising, 1);
    assertRare(trial ->
        errorsAlarm(
            traffic.seeded(trial), new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1.1))));
  }

  @Test
  void half_the_errors_are_never_an_alarm() {
    for (int trial = 0; trial < 100; trial++) {
      ErrorRateTest test = strictErrors();
      errorsAlarm(new ErrorTrial(50_000 + trial, 0.5), test);
      assertThat(test.maxLogEvidence()).isLessThan(Math.log(1_000));
    }
  }

  @Test
  void latency_like_the_baselines_in_common_slowdowns_while_the_split_rises() {
    assertRare(trial ->
        latencyAlarm(
            60_000 + trial, new LatencyTest(LatencyTest.Parameters.tolerating(1, 0)), x -> x));
  }

  @Test
  void latency_exactly_as_much_slower_as_is_tolerated() {
    assertRare(trial ->
        latencyAlarm(
            70_000 + trial,
            new LatencyTest(LatencyTest.Parameters.tolerating(1.25, 1_000_000)),
            x -> x * 1.25 + 1e6));
  }

  @Test
  void a_faster_canary_is_never_an_alarm() {
    for (int trial = 0; trial < 50; trial++) {
      var test = new LatencyTest(LatencyTest.Parameters.tolerating(1, 0));
      latencyAlarm(80_000 + trial, test, x -> 0.6 * x);
      assertThat(test.maxLogEvidence()).isLessThan(Math.log(1_000));
    }
  }

  @Test
  void classes_distributed_as_in_the_baseline() {
    double[] same = {0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.03, 0.015, 0.005};
    assertRare(trial ->
        classesAlarm(
            90_000 + trial,
            new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1)),
            same,
            same));
  }

  @Test
  void classes_of_which_many_are_rare_and_appear_late() {
    var same = new double[40];
    double left = 1;
    for (int i = 0; i < same.length; i++) {
      same[i] = i == same.length - 1 ? left : left * 0.25;
      left -= same[i];
    }
    assertRare(trial ->
        classesAlarm(
            140_000 + trial,
            new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1)),
            same,
            same));
  }

  @Test
  void classes_exactly_as_different_as_is_tolerated() {
    assertRare(trial ->
        classesAlarm(
            100_000 + trial,
            new PredictedClassTest(PredictedClassTest.Parameters.tolerating(1.1)),
            new double[] {0.44, 0.4 / 1.1, 1 - 0.44 - 0.4 / 1.1},
            new double[] {0.4, 0.4, 0.2}));
  }

  @Test
  void a_split_as_drawn() {
    assertRare(trial -> {
      var random = new Simulated(110_000 + trial);
      var test = new SampleRatioTest(ALPHA);
      for (int second = 0; second < SECONDS && !test.invalid(); second++) {
        long canary = random.binomial(RATE, rising(second));
        test.update(rising(second), new ArmUnits(canary, RATE - canary));
        test.closeSlice();
      }
      return test.invalid();
    });
  }

  /**
   * Users differ, and each keeps its arm. Counted once they are units; counted at each request they
   * are not, and the same evidence raises false alarms.
   */
  @Test
  void sticky_users_counted_once() {
    assertRare(trial -> stickyAlarm(120_000 + trial, true));
  }

  @Test
  void sticky_users_counted_at_each_request_would_break_the_promise() {
    long alarms =
        IntStream.range(0, TRIALS).filter(trial -> stickyAlarm(130_000 + trial, false)).count();
    assertThat(alarms).isGreaterThan((long) (2 * ALPHA * TRIALS));
  }

  private static boolean stickyAlarm(int seed, boolean once) {
    var random = new Simulated(seed);
    int users = 300;
    var canary = new boolean[users];
    var errorRate = new double[users];
    var unit = new long[users];
    for (int user = 0; user < users; user++) {
      canary[user] = random.chance(0.05);
      errorRate[user] = Math.min(0.5, 0.01 * Math.exp(1.5 * random.gaussian()));
      unit[user] = random.unit();
    }
    var seen = new SeenUnits(1_000);
    var test = strictErrors();
    for (int second = 0; second < 60 && test.maxLogEvidence() < LOG_THRESHOLD; second++) {
      var counts = HitCounts.NONE;
      for (int i = 0; i < RATE / 5; i++) {
        int user = random.below(users);
        boolean error = random.chance(errorRate[user]);
        if (!once || seen.offer(unit[user]) == SeenUnits.Admission.FIRST) {
          counts =
              counts.plus(
                  new HitCounts(
                      canary[user] && error ? 1 : 0,
                      canary[user] && !error ? 1 : 0,
                      !canary[user] && error ? 1 : 0,
                      !canary[user] && !error ? 1 : 0));
        }
      }
      test.update(0.05, counts);
      test.closeSlice();
    }
    return test.maxLogEvidence() >= LOG_THRESHOLD;
  }

  private static ErrorRateTest strictErrors() {
    return new ErrorRateTest(ErrorRateTest.Parameters.tolerating(1));
  }

  /** Traffic whose canary fails {@code ratio} times as often as the baseline's 1 %. */
  private record ErrorTrial(
      int seed,
      double ratio,
      IntToDoubleFunction load,
      IntToDoubleFunction split,
      double keptSuccesses) {
    ErrorTrial(int seed, double ratio) {
      this(seed, ratio, second -> 1, second -> 0.05, 1);
    }

    ErrorTrial with(IntToDoubleFunction newLoad, IntToDoubleFunction newSplit, double kept) {
      return new ErrorTrial(seed, ratio, newLoad, newSplit, kept);
    }

    ErrorTrial seeded(int trial) {
      return new ErrorTrial(seed + trial, ratio, load, split, keptSuccesses);
    }
  }

  private static boolean errorsAlarm(ErrorTrial traffic, ErrorRateTest test) {
    var random = new Simulated(traffic.seed());
    for (int second = 0; second < SECONDS && test.maxLogEvidence() < LOG_THRESHOLD; second++) {
      double rho = traffic.split().applyAsDouble(second);
      double rate = Math.min(0.9, 0.01 * traffic.load().applyAsDouble(second));
      long canary = random.binomial(RATE, rho);
      long canaryErrors = random.binomial(canary, Math.min(1, rate * traffic.ratio()));
      long baselineErrors = random.binomial(RATE - canary, rate);
      test.update(
          rho,
          new HitCounts(
              canaryErrors,
              random.binomial(canary - canaryErrors, traffic.keptSuccesses()),
              baselineErrors,
              random.binomial(RATE - canary - baselineErrors, traffic.keptSuccesses())));
      test.closeSlice();
    }
    return test.maxLogEvidence() >= LOG_THRESHOLD;
  }

  private static boolean latencyAlarm(int seed, LatencyTest test, DoubleUnaryOperator change) {
    var random = new Simulated(seed);
    LatencyMix mix = LatencyMix.logNormal(24);
    for (int second = 0; second < SECONDS && test.maxLogEvidence() < LOG_THRESHOLD; second++) {
      double rho = rising(second);
      double slowdown = second % 100 > 40 ? 1 + 2 * Math.abs(Math.sin(second / 20.0)) : 1;
      long canary = random.binomial(RATE / 2, rho);
      test.update(
          rho,
          mix.draw(random, canary, 0, x -> change.applyAsDouble(x * slowdown)),
          mix.draw(random, RATE / 2 - canary, 0, x -> x * slowdown));
      test.closeSlice();
    }
    return test.maxLogEvidence() >= LOG_THRESHOLD;
  }

  private static boolean classesAlarm(
      int seed, PredictedClassTest test, double[] canaryShares, double[] baselineShares) {
    var random = new Simulated(seed);
    for (int second = 0; second < SECONDS && test.maxLogEvidence() < LOG_THRESHOLD; second++) {
      double rho = rising(second);
      long canary = random.binomial(RATE / 2, rho);
      test.update(
          rho,
          named(random.multinomial(canary, canaryShares)),
          named(random.multinomial(RATE / 2 - canary, baselineShares)));
      test.closeSlice();
    }
    return test.maxLogEvidence() >= LOG_THRESHOLD;
  }

  static Map<String, Long> named(long[] counts) {
    var named = new HashMap<String, Long>();
    for (int i = 0; i < counts.length; i++) {
      named.put("class " + i, counts[i]);
    }
    return named;
  }

  /** At most alpha of the trials, and three standard deviations. */
  private static void assertRare(IntPredicate alarm) {
    long alarms = IntStream.range(0, TRIALS).filter(alarm).count();
    double tolerated = ALPHA * TRIALS + 3 * Math.sqrt(ALPHA * (1 - ALPHA) * TRIALS);
    assertThat(alarms).as("false alarms in %d trials", TRIALS).isLessThan((long) tolerated);
  }
}
