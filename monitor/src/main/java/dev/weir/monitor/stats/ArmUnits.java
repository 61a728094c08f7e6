package dev.weir.monitor.stats;

/**
 * How many units each arm had.
 *
 * @param canary at least 0
 * @param baseline at least 0
 */
public record ArmUnits(long canary, long baseline) {
  public ArmUnits {
    if (canary < 0 || baseline < 0) {
      throw new IllegalArgumentException("negative count: " + canary + ", " + baseline);
    }
  }
}
