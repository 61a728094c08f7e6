package dev.weir.monitor.stats;

import java.util.Locale;

/**
 * Measures what Weir avoids: a pooled z-test on the error counts so far, looked at each second, and
 * how often it accuses a canary that is equal to the baseline (1 % errors, 1,000 requests/s, 5 %).
 * Started like {@link FalseRollbackSimulation}, with [RUNS=2000].
 */
public final class NaiveTestSimulation {
  private static final double[] ONE_SIDED_Z = {1.6449, 2.3263, 3.0902};
  private static final String[] NOMINAL = {"5 %", "1 %", "0.1 %"};
  private static final int[] HORIZONS_SECONDS = {600, 3_600, 6 * 3_600};

  private NaiveTestSimulation() {}

  /** Runs the simulation. */
  public static void main(String[] args) {
    int runs = args.length > 0 ? Integer.parseInt(args[0]) : 2_000;
    var accused = new int[NOMINAL.length][HORIZONS_SECONDS.length];
    for (int run = 0; run < runs; run++) {
      double[] largest = largestZ(new Simulated(6_000_000 + run));
      for (int level = 0; level < NOMINAL.length; level++) {
        for (int horizon = 0; horizon < HORIZONS_SECONDS.length; horizon++) {
          accused[level][horizon] += largest[horizon] > ONE_SIDED_Z[level] ? 1 : 0;
        }
      }
    }
    for (int level = 0; level < NOMINAL.length; level++) {
      System.out.printf(
          Locale.ROOT,
          "nominal %-5s accuses a sound canary within 10 min: %.3f, 1 h: %.3f, 6 h: %.3f%n",
          NOMINAL[level],
          (double) accused[level][0] / runs,
          (double) accused[level][1] / runs,
          (double) accused[level][2] / runs);
    }
  }

  /** Largest z seen up to each horizon, the first ten seconds left out. */
  private static double[] largestZ(Simulated random) {
    var largest = new double[HORIZONS_SECONDS.length];
    double max = Double.NEGATIVE_INFINITY;
    HitCounts seen = HitCounts.NONE;
    int horizon = 0;
    for (int second = 1; horizon < HORIZONS_SECONDS.length; second++) {
      long canary = random.binomial(1_000, 0.05);
      long canaryErrors = random.binomial(canary, 0.01);
      long baselineErrors = random.binomial(1_000 - canary, 0.01);
      seen =
          seen.plus(
              new HitCounts(
                  canaryErrors,
                  canary - canaryErrors,
                  baselineErrors,
                  1_000 - canary - baselineErrors));
      max = second > 10 ? Math.max(max, z(seen)) : max;
      if (second == HORIZONS_SECONDS[horizon]) {
        largest[horizon++] = max;
      }
    }
    return largest;
  }

  private static double z(HitCounts seen) {
    double canary = seen.canaryUnits();
    double baseline = seen.baselineUnits();
    double pooled = (seen.canaryHits() + seen.baselineHits()) / (canary + baseline);
    double deviation = Math.sqrt(pooled * (1 - pooled) * (1 / canary + 1 / baseline));
    return deviation == 0
        ? 0
        : (seen.canaryHits() / canary - seen.baselineHits() / baseline) / deviation;
  }
}
