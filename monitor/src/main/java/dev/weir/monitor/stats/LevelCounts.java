package dev.weir.monitor.stats;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many units of each arm had which value, a number in 0..1 rounded to one of equally spaced
 * levels, by the probability of their draw. Adding two of them is exact, in any order. Mutable,
 * single writer.
 *
 * <p>Layout: {@code uint8 draws, each: float64 probability, levels x int64 canary, levels x int64
 * baseline}.
 */
public final class LevelCounts {
  /** Probabilities told apart; units of further ones are left out, whatever their arm and value. */
  static final int MAX_DRAWS = 32;

  private final int levels;
  private final TreeMap<Double, long[][]> draws = new TreeMap<>();

  /**
   * Nothing seen.
   *
   * @param levels 2 (yes or no) to 255
   */
  public LevelCounts(int levels) {
    if (levels < 2 || levels > 255) {
      throw new IllegalArgumentException("levels: " + levels + " (expected: 2 to 255)");
    }
    this.levels = levels;
  }

  /** Levels that values are rounded to: {@code k/(levels - 1)}. */
  public int levels() {
    return levels;
  }

  /**
   * Adds units.
   *
   * @param canaryProbability rho of their draw, 0 to 1
   * @param canary their arm
   * @param value 0 to 1; is rounded to the nearest level
   * @param units at least 0
   */
  public void add(double canaryProbability, boolean canary, double value, long units) {
    ArmBet.possible(canaryProbability);
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("value: " + value + " (expected: 0 to 1)");
    }
    if (units < 0) {
      throw new IllegalArgumentException("units: " + units + " (expected: 0 or more)");
    }
    long[][] arms = arms(canaryProbability);
    if (arms.length > 0) {
      arms[canary ? 1 : 0][(int) Math.round(value * (levels - 1))] += units;
    }
  }

  /** Adds units with a yes/no outcome. */
  public void add(double canaryProbability, HitCounts hits) {
    add(canaryProbability, true, 1, hits.canaryHits());
    add(canaryProbability, true, 0, hits.canaryMisses());
    add(canaryProbability, false, 1, hits.baselineHits());
    add(canaryProbability, false, 0, hits.baselineMisses());
  }

  /** Adds all of another with as many levels. */
  void addAll(LevelCounts other) {
    if (other.levels != levels) {
      throw new IllegalArgumentException(
          "levels: " + other.levels + " (expected: " + levels + ", as here)");
    }
    other.draws.forEach((rho, theirs) -> {
      long[][] ours = arms(rho);
      for (int arm = 0; arm < ours.length; arm++) {
        for (int k = 0; k < levels; k++) {
          ours[arm][k] += theirs[arm][k];
        }
      }
    });
  }

  private long[][] arms(double rho) {
    long[][] arms = draws.get(rho);
    if (arms == null) {
      if (draws.size() >= MAX_DRAWS) {
        return new long[0][];
      }
      arms = new long[2][levels];
      draws.put(rho, arms);
    }
    return arms;
  }

  void clear() {
    draws.clear();
  }

  boolean isEmpty() {
    return draws.isEmpty();
  }

  /**
   * Counts by probability: of each, {@code [0]} the baseline's levels and {@code [1]} the canary's.
   */
  Map<Double, long[][]> byDraw() {
    return draws;
  }

  /** One arm's levels over all draws. */
  long[] arm(boolean canary) {
    var sum = new long[levels];
    for (long[][] arms : draws.values()) {
      for (int k = 0; k < levels; k++) {
        sum[k] += arms[canary ? 1 : 0][k];
      }
    }
    return sum;
  }

  long units(boolean canary) {
    return Arrays.stream(arm(canary)).sum();
  }

  /** Mean value of an arm, 0 to 1; NaN when it has no units. */
  double mean(boolean canary) {
    long[] counts = arm(canary);
    double sum = 0;
    long units = 0;
    for (int k = 0; k < levels; k++) {
      sum += counts[k] * value(k);
      units += counts[k];
    }
    return sum / units;
  }

  double value(int level) {
    return (double) level / (levels - 1);
  }

  void writeTo(StateWriter out) {
    out.uint8(draws.size());
    draws.forEach((rho, arms) -> {
      out.float64(rho);
      for (int arm = 1; arm >= 0; arm--) {
        for (long count : arms[arm]) {
          out.int64(count);
        }
      }
    });
  }

  static LevelCounts readFrom(StateReader in, int levels) {
    var counts = new LevelCounts(levels);
    int size = in.uint8();
    if (size > MAX_DRAWS) {
      throw in.damaged("draws " + size + " (expected: at most " + MAX_DRAWS + ")");
    }
    for (int i = 0; i < size; i++) {
      double rho = in.float64();
      var arms = new long[2][levels];
      for (int arm = 1; arm >= 0; arm--) {
        for (int k = 0; k < levels; k++) {
          arms[arm][k] = in.count();
        }
      }
      counts.draws.put(rho, arms);
    }
    return counts;
  }
}
