package dev.weir.monitor.stats;

import dev.weir.platform.outcome.LatencyScale;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures how long a bad canary lives: 1,000 requests/s, 5 % of them to the canary, alpha 0.001,
 * one guardrail that has the whole budget, looked at each 100 ms, the baseline known from before.
 * The test beside it runs some trials of each; this main runs many and prints means and 95th
 * percentiles, started like {@link FalseRollbackSimulation}, with [TRIALS=1500].
 */
public final class DetectionDelaySimulation {
  static final double RHO = 0.05;
  static final double LOG_THRESHOLD = Math.log(1_000);
  static final double SLICE_SECONDS = 0.1;
  static final long PER_SLICE = 100;
  private static final int MAX_SLICES = 50_000;

  private DetectionDelaySimulation() {}

  /** Runs the simulation. */
  public static void main(String[] args) {
    int trials = args.length > 0 ? Integer.parseInt(args[0]) : 1_500;
    print("errors 1 -> 5 %", trials, t -> errors(t, 0.01, 0.05, 1));
    print("errors 1 -> 5 %, tolerating 1.1", trials, t -> errors(t, 0.01, 0.05, 1.1));
    print("errors 1 -> 2 %", trials, t -> errors(t, 0.01, 0.02, 1));
    print("errors 1 -> 2 %, tolerating 1.1", trials, t -> errors(t, 0.01, 0.02, 1.1));
    print("errors 0.1 -> 1 %", trials, t -> errors(t, 0.001, 0.01, 1));
    print("errors 1 -> 20 %", trials, t -> errors(t, 0.01, 0.2, 1));
    print("errors 1 -> 100 %", trials, t -> errors(t, 0.01, 1, 1));
    print("latency x1.6", trials, t -> latency(t, 1, 0, x -> 1.6 * x));
    print("latency, p99 50 -> 80 ms, same median", trials, DetectionDelaySimulation::slowerTail);
    print("latency x1.6, tolerating 1.25 and 1 ms", trials / 5, t -> tolerantLatency(t, 1.6));
    print("latency x2, tolerating 1.25 and 1 ms", trials, t -> tolerantLatency(t, 2));
    print("latency x3, tolerating 1.25 and 1 ms", trials, t -> tolerantLatency(t, 3));
    print("a class of ten 10 -> 20 %", trials, t -> oneOfTen(t, 1));
    print("a class of ten 10 -> 20 %, tolerating 1.1", trials, t -> oneOfTen(t, 1.1));
    print("binary .3 -> .4", trials, t -> binary(t, 1, 0.3, 0.4));
    print("binary .3 -> .4, tolerating 1.1", trials, t -> binary(t, 1.1, 0.3, 0.4));
    print("binary .534 -> .715", trials, t -> binary(t, 1, 0.534, 0.715));
    print("binary .534 -> .715, tolerating 1.1", trials, t -> binary(t, 1.1, 0.534, 0.715));
    print("half of the canary's outcomes lost", trials, DetectionDelaySimulation::lost);
  }

  private static void print(String what, int trials, IntToDoubleFunction delay) {
    double[] delays = delays(trials, delay);
    System.out.printf(
        Locale.ROOT,
        "%-42s mean %7.2f s, p95 %7.2f s (%d trials)%n",
        what,
        Arrays.stream(delays).average().orElseThrow(),
        delays[(int) Math.ceil(0.95 * trials) - 1],
        trials);
  }

  /** Delays of the trials, seconds, rising. */
  static double[] delays(int trials, IntToDoubleFunction delay) {
    return IntStream.range(0, trials).mapToDouble(delay::applyAsDouble).sorted().toArray();
  }

  static double errors(int seed, double baselineRate, double canaryRate, double tolerated) {
    var random = new Simulated(1_000_000 + seed);
    var test = new ErrorRateTest(ErrorRateTest.Parameters.tolerating(tolerated));
    test.learnBaseline(Math.round(100_000 * baselineRate), 100_000);
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

  static double slowerTail(int seed) {
    double power = Math.log(8) / Math.log(5);
    return latency(seed, 1, 0, x -> 10e6 * Math.pow(x / 10e6, power));
  }

  static double tolerantLatency(int seed, double factor) {
    return latency(seed, 1.25, 1_000_000, x -> factor * x);
  }

  /** Log-normal latencies, median 10 ms, 99th percentile 50 ms. */
  static double latency(int seed, double ratio, long slackNanos, DoubleUnaryOperator change) {
    var random = new Simulated(2_000_000 + seed);
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

  static double oneOfTen(int seed, double tolerated) {
    var baseline = new double[10];
    Arrays.fill(baseline, 0.1);
    var canary = new double[10];
    Arrays.fill(canary, 0.8 / 9);
    canary[0] = 0.2;
    return classes(3_000_000 + seed, tolerated, baseline, canary);
  }

  static double binary(int seed, double tolerated, double baselineShare, double canaryShare) {
    return classes(
        4_000_000 + seed,
        tolerated,
        new double[] {1 - baselineShare, baselineShare},
        new double[] {1 - canaryShare, canaryShare});
  }

  private static double classes(
      int seed, double tolerated, double[] baselineShares, double[] canaryShares) {
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

  static double lost(int seed) {
    var random = new Simulated(5_000_000 + seed);
    var test = new SampleRatioTest(SampleRatioTest.DEFAULT_ALPHA);
    for (int slice = 1; slice < MAX_SLICES; slice++) {
      long canary = random.binomial(PER_SLICE, RHO);
      long arrived = random.binomial(canary, 0.5);
      test.update(RHO, new ArmUnits(arrived, PER_SLICE - canary));
      test.closeSlice();
      if (test.invalid()) {
        return slice * SLICE_SECONDS;
      }
    }
    throw new AssertionError("nothing found in " + MAX_SLICES + " slices, seed " + seed);
  }

  private static double delay(GuardrailTest test, Runnable slice) {
    test.closeSlice();
    for (int n = 1; n < MAX_SLICES; n++) {
      slice.run();
      test.closeSlice();
      if (test.maxLogEvidence() >= LOG_THRESHOLD) {
        return n * SLICE_SECONDS;
      }
    }
    throw new AssertionError("nothing found in " + MAX_SLICES + " slices");
  }
}
