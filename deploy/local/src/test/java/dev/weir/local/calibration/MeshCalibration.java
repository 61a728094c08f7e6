package dev.weir.local.calibration;

import dev.weir.proto.route.v1.RolloutState;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often a sound canary is rolled back by the whole mesh, against the alpha of 0.001 that was
 * promised: many {@link SimulatedRollout}s, peeked at after every quarter of a second. Not part of
 * the build. Prints a line for each kind of conditions, with a 95 % interval (Clopper and Pearson);
 * the same seed gives the same numbers.
 *
 * <pre>
 *   ./weir build
 *   mvn -q -pl deploy/local test-compile dependency:build-classpath -Dmdep.outputFile=/tmp/cp
 *   java -cp deploy/local/target/test-classes:deploy/local/target/classes:$(cat /tmp/cp) \
 *       dev.weir.local.calibration.MeshCalibration [RUNS=20000] [SEED=1] [CONDITIONS]
 * </pre>
 */
public final class MeshCalibration {
  private static final double ALPHA = 1e-3;

  private MeshCalibration() {}

  /** Runs the rollouts. */
  public static void main(String[] args) {
    int runs = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    List<Conditions> all =
        args.length > 2 ? List.of(Conditions.valueOf(args[2])) : List.of(Conditions.values());
    for (Conditions conditions : all) {
      long started = System.nanoTime();
      Map<RolloutState, Integer> ends = new EnumMap<>(RolloutState.class);
      Map<String, Integer> reasons = new TreeMap<>();
      long requests = 0;
      for (int run = 0; run < runs; run++) {
        var result = new SimulatedRollout(conditions, seed * 1_000_003L + run).run();
        ends.merge(result.state(), 1, Integer::sum);
        requests += result.requests();
        if (result.state() != RolloutState.COMPLETED) {
          reasons.merge(result.state() + ": " + result.reason(), 1, Integer::sum);
        }
      }
      int accused = ends.getOrDefault(RolloutState.ROLLED_BACK, 0);
      System.out.printf(
          Locale.ROOT,
          "%-22s %d of %d sound canaries rolled back: %.2e (95 %% interval %.1e to %.1e; alpha %.0e);"
              + " %s; %,d requests; %.0f s%n",
          conditions,
          accused,
          runs,
          (double) accused / runs,
          Binomial.lowerLimit(accused, runs),
          Binomial.upperLimit(accused, runs),
          ALPHA,
          ends,
          requests,
          (System.nanoTime() - started) / 1e9);
      reasons.forEach((reason, times) -> System.out.println("  " + times + " x " + reason));
    }
  }
}
