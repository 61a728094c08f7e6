package dev.weir.monitor.stats;

/**
 * How many units of each arm had an outcome (hit) and how many did not (miss).
 *
 * @param canaryHits canary units with the outcome, at least 0
 * @param canaryMisses canary units without it, at least 0
 * @param baselineHits baseline units with the outcome, at least 0
 * @param baselineMisses baseline units without it, at least 0
 */
public record HitCounts(
    long canaryHits, long canaryMisses, long baselineHits, long baselineMisses) {
  /** Nothing seen. */
  public static final HitCounts NONE = new HitCounts(0, 0, 0, 0);

  public HitCounts {
    if (canaryHits < 0 || canaryMisses < 0 || baselineHits < 0 || baselineMisses < 0) {
      throw new IllegalArgumentException(
          "negative count: %d, %d, %d, %d"
              .formatted(canaryHits, canaryMisses, baselineHits, baselineMisses));
    }
  }

  /** Canary units. */
  public long canaryUnits() {
    return canaryHits + canaryMisses;
  }

  /** Baseline units. */
  public long baselineUnits() {
    return baselineHits + baselineMisses;
  }

  /** Both together. */
  public HitCounts plus(HitCounts other) {
    return new HitCounts(
        canaryHits + other.canaryHits,
        canaryMisses + other.canaryMisses,
        baselineHits + other.baselineHits,
        baselineMisses + other.baselineMisses);
  }

  void writeTo(StateWriter out) {
    out.int64(canaryHits).int64(canaryMisses).int64(baselineHits).int64(baselineMisses);
  }

  static HitCounts readFrom(StateReader in) {
    return new HitCounts(in.count(), in.count(), in.count(), in.count());
  }
}
