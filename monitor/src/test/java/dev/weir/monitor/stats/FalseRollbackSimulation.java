package dev.weir.monitor.stats;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Measures how often a sound canary is rolled back: many simulated rollouts of ten minutes at 1,000
 * requests/s, all three guardrails with equal weights, alpha 0.001, looked at each second. Not part
 * of the build. Prints one line a scenario; the same seed gives the same numbers.
 *
 * <pre>
 *   mvn -q -pl monitor test-compile
 *   mvn -q -pl monitor dependency:build-classpath -Dmdep.outputFile=/tmp/cp
 *   nice -n 19 java -cp monitor/target/test-classes:monitor/target/classes:$(cat /tmp/cp) \
 *       dev.weir.monitor.stats.FalseRollbackSimulation [RUNS=20000] [SEED=1] [THREADS=1] [SCENARIO]
 * </pre>
 */
public final class FalseRollbackSimulation {
  private static final double ALPHA = 1e-3;
  private static final int SECONDS = 600;
  private static final long RATE = 1_000;

  private FalseRollbackSimulation() {}

  /** What production does to both arms. */
  enum Scenario {
    /** Steady, 5 %, tests without tolerance, canary equal to the baseline: the null's edge. */
    STEADY,
    /**
     * Common bursts of 20 times the errors, slowdowns up to 3 times, load that halves and doubles,
     * one in a hundred successes kept, split 5, 25, 50, 100 %; else as before.
     */
    ROUGH,
    /** As ROUGH, tests with their default tolerances and a canary exactly at the tolerance. */
    ROUGH_AT_THE_TOLERANCE,
    /** As ROUGH, default tolerances, a canary equal to the baseline: what users will meet. */
    ROUGH_WITH_DEFAULTS;

    boolean rough() {
      return this != STEADY;
    }

    boolean tolerant() {
      return this == ROUGH_AT_THE_TOLERANCE || this == ROUGH_WITH_DEFAULTS;
    }

    boolean atTheTolerance() {
      return this == ROUGH_AT_THE_TOLERANCE;
    }
  }

  /** Runs the simulation. */
  public static void main(String[] args) throws InterruptedException {
    int runs = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    int threads = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    List<Scenario> scenarios =
        args.length > 3 ? List.of(Scenario.valueOf(args[3])) : List.of(Scenario.values());
    for (Scenario scenario : scenarios) {
      var rolledBack = new LongAdder();
      var blamed = new LongAdder[] {new LongAdder(), new LongAdder(), new LongAdder()};
      long started = System.nanoTime();
      List<Thread> workers =
          IntStream.range(0, threads)
              .mapToObj(worker ->
                  Thread.ofPlatform()
                      .start(() -> {
                        for (int run = worker; run < runs; run += threads) {
                          int decisive = new Rollout(scenario, seed * 1_000_003L + run).run();
                          if (decisive >= 0) {
                            rolledBack.increment();
                            blamed[decisive].increment();
                          }
                        }
                      }))
              .toList();
      for (Thread worker : workers) {
        worker.join();
      }
      double rate = (double) rolledBack.sum() / runs;
      System.out.printf(
          Locale.ROOT,
          "%-23s %d of %d sound canaries rolled back: %.2e (alpha %.0e); by errors %s, latency %s,"
              + " classes %s; %.0f s%n",
          scenario,
          rolledBack.sum(),
          runs,
          rate,
          ALPHA,
          blamed[0],
          blamed[1],
          blamed[2],
          (System.nanoTime() - started) / 1e9);
    }
  }

  /** One rollout of a sound version. */
  private static final class Rollout {
    private static final List<String> GUARDRAILS = List.of("errors", "latency", "classes");
    private static final LatencyMix LATENCY = LatencyMix.logNormal(16);
    private static final double[] CLASSES = {0.3, 0.33, 0.2, 0.1, 0.07};
    // The first is at 1.1 times the baseline's, the second at 1/1.1.
    private static final double[] TOLERATED_CLASSES = {0.33, 0.3, 0.2, 0.1, 0.07};

    private final Scenario scenario;
    private final Simulated random;
    private final ErrorRateTest errors;
    private final LatencyTest latency;
    private final PredictedClassTest classes;

    Rollout(Scenario scenario, long seed) {
      this.scenario = scenario;
      this.random = new Simulated(seed);
      this.errors =
          new ErrorRateTest(ErrorRateTest.Parameters.tolerating(scenario.tolerant() ? 1.1 : 1));
      this.latency =
          new LatencyTest(
              scenario.tolerant()
                  ? LatencyTest.Parameters.tolerating(1.25, 1_000_000)
                  : LatencyTest.Parameters.tolerating(1, 0));
      this.classes =
          new PredictedClassTest(
              PredictedClassTest.Parameters.tolerating(scenario.tolerant() ? 1.1 : 1));
    }

    /** Index of the guardrail that rolled it back, or -1. */
    int run() {
      for (int second = 0; second < SECONDS; second++) {
        slice(second);
        int decisive = decisive();
        if (decisive >= 0) {
          return decisive;
        }
      }
      return -1;
    }

    private void slice(int second) {
      boolean rough = scenario.rough();
      double rho =
          !rough ? 0.05 : second < 200 ? 0.05 : second < 350 ? 0.25 : second < 500 ? 0.5 : 1;
      double load = rough ? 1.25 + 0.75 * Math.sin(second / 40.0) : 1;
      double wave = 1 + 0.8 * Math.sin(second / 30.0);
      double errorRate =
          0.01 * (rough ? (second % 300 > 60 && second % 300 < 75 ? 20 : 1) * wave : 1);
      double slowdown = rough && second % 100 > 60 ? 1 + 2 * Math.abs(Math.sin(second / 20.0)) : 1;
      long requests = random.binomial(2 * RATE, load / 2);
      long canary = random.binomial(requests, rho);
      long baseline = requests - canary;
      long canaryErrors =
          random.binomial(canary, errorRate * (scenario.atTheTolerance() ? 1.1 : 1));
      long baselineErrors = random.binomial(baseline, errorRate);
      double kept = rough ? 0.01 : 1;
      errors.update(
          rho,
          new HitCounts(
              canaryErrors,
              random.binomial(canary - canaryErrors, kept),
              baselineErrors,
              random.binomial(baseline - baselineErrors, kept)));
      boolean slower = scenario.atTheTolerance();
      latency.update(
          rho,
          LATENCY.draw(
              random,
              canary,
              // Failures are slower than anything: at the edge of the latency null they are equal.
              random.binomial(canary, errorRate),
              x -> slower ? x * slowdown * 1.25 + 1e6 : x * slowdown),
          LATENCY.draw(random, baseline, baselineErrors, x -> x * slowdown));
      classes.update(
          rho,
          named(random.multinomial(canary, slower ? TOLERATED_CLASSES : CLASSES)),
          named(random.multinomial(baseline, CLASSES)));
      errors.closeSlice();
      latency.closeSlice();
      classes.closeSlice();
    }

    private int decisive() {
      double weight = 1.0 / 3;
      // The verdict needs words only once there is something to say.
      double logE =
          LogSpace.logSum(
                  new double[] {errors.logEvidence(), latency.logEvidence(), classes.logEvidence()})
              + Math.log(weight);
      if (logE < -Math.log(ALPHA)) {
        return -1;
      }
      var release =
          ReleaseEvidence.of(
              ALPHA,
              IntStream.range(0, 3)
                  .mapToObj(i ->
                      new ReleaseEvidence.Share(
                          GUARDRAILS.get(i),
                          weight,
                          ReleaseEvidence.Action.ROLLBACK,
                          List.of(errors, latency, classes).get(i).evidence()))
                  .toList());
      return switch (release.decision()) {
        case ReleaseEvidence.Decision.RollBack rollBack ->
            GUARDRAILS.indexOf(rollBack.decisiveGuardrail());
        case ReleaseEvidence.Decision.Undecided _, ReleaseEvidence.Decision.Hold _ ->
            throw new IllegalStateException(release.toString());
      };
    }

    private static Map<String, Long> named(long[] counts) {
      var named = new HashMap<String, Long>();
      for (int i = 0; i < counts.length; i++) {
        named.put("class " + i, counts[i]);
      }
      return named;
    }
  }
}
