package dev.weir.monitor.stats;

/**
 * How often a class was predicted.
 *
 * @param canary by the canary, judged
 * @param baseline by the baseline, judged
 * @param learned by the baseline, not judged
 */
record ClassCount(long canary, long baseline, long learned) {
  static final ClassCount NONE = new ClassCount(0, 0, 0);

  ClassCount {
    if (canary < 0 || baseline < 0 || learned < 0) {
      throw new IllegalArgumentException(
          "negative count: %d, %d, %d".formatted(canary, baseline, learned));
    }
  }

  static ClassCount canary(long count) {
    return new ClassCount(count, 0, 0);
  }

  static ClassCount baseline(long count) {
    return new ClassCount(0, count, 0);
  }

  static ClassCount learned(long count) {
    return new ClassCount(0, 0, count);
  }

  long units() {
    return canary + baseline + learned;
  }

  /** By the baseline, judged or not. */
  long baselineUnits() {
    return baseline + learned;
  }

  boolean isNone() {
    return units() == 0;
  }

  ClassCount plus(ClassCount other) {
    return new ClassCount(
        canary + other.canary, baseline + other.baseline, learned + other.learned);
  }

  ClassCount minus(ClassCount other) {
    return new ClassCount(
        canary - other.canary, baseline - other.baseline, learned - other.learned);
  }

  void writeTo(StateWriter out) {
    out.int64(canary).int64(baseline).int64(learned);
  }

  static ClassCount readFrom(StateReader in) {
    return new ClassCount(in.count(), in.count(), in.count());
  }
}
