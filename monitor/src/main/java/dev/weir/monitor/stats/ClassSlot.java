package dev.weir.monitor.stats;

/** One class's share of a {@link PredictedClassTest}: its counts, its weight, its bets. */
final class ClassSlot {
  final String name;
  final double logWeight;
  ClassCount count = ClassCount.NONE;
  private final LiftMixture mixture;
  private double baseRate;

  ClassSlot(String name, double logWeight, LiftMixture.Parameters parameters) {
    this(name, logWeight, new LiftMixture(parameters));
  }

  private ClassSlot(String name, double logWeight, LiftMixture mixture) {
    this.name = name;
    this.logWeight = logWeight;
    this.mixture = mixture;
  }

  void bet(double canaryProbability, ClassCount hits, ClassCount cellTotal) {
    mixture.update(
        canaryProbability,
        baseRate,
        new HitCounts(
            hits.canary(),
            cellTotal.canary() - hits.canary(),
            hits.baseline(),
            cellTotal.baseline() - hits.baseline()));
  }

  /** Fixes the rate that the bets of the next slice assume. */
  void freeze(ClassCount total) {
    baseRate = (count.baselineUnits() + 0.5) / (total.baselineUnits() + 1.0);
  }

  double weightedLogEvidence() {
    return logWeight + mixture.logEvidence();
  }

  void writeTo(StateWriter out) {
    out.text(name);
    count.writeTo(out);
    out.float64(logWeight).float64(baseRate);
    mixture.writeTo(out);
  }

  static ClassSlot readFrom(StateReader in, LiftMixture.Parameters parameters) {
    String name = in.text();
    ClassCount count = ClassCount.readFrom(in);
    double logWeight = in.float64();
    double baseRate = in.float64();
    var slot = new ClassSlot(name, logWeight, LiftMixture.readFrom(in, parameters));
    slot.count = count;
    slot.baseRate = baseRate;
    return slot;
  }
}
