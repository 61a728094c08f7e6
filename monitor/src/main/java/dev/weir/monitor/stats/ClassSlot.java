package dev.weir.monitor.stats;

/** One class's share of a {@link PredictedClassTest}: its counts, its weight, its bets. */
final class ClassSlot {
  /**
   * How it bets.
   *
   * @param different that the class is predicted more or less often than tolerated
   * @param notMore against "at least as much more as is tolerated"
   * @param notLess against "at most as little as is tolerated"
   */
  record Bets(
      LiftMixture.Parameters different,
      LiftMixture.Parameters notMore,
      LiftMixture.Parameters notLess) {}

  final String name;
  final double logWeight;
  ClassCount count = ClassCount.NONE;
  private final LiftMixture different;
  private final LiftMixture notMore;
  private final LiftMixture notLess;
  private double baseRate;

  ClassSlot(String name, double logWeight, Bets bets) {
    this(
        name,
        logWeight,
        new LiftMixture(bets.different()),
        new LiftMixture(bets.notMore()),
        new LiftMixture(bets.notLess()));
  }

  private ClassSlot(
      String name,
      double logWeight,
      LiftMixture different,
      LiftMixture notMore,
      LiftMixture notLess) {
    this.name = name;
    this.logWeight = logWeight;
    this.different = different;
    this.notMore = notMore;
    this.notLess = notLess;
  }

  void bet(double canaryProbability, ClassCount hits, ClassCount cellTotal) {
    var counts =
        new HitCounts(
            hits.canary(),
            cellTotal.canary() - hits.canary(),
            hits.baseline(),
            cellTotal.baseline() - hits.baseline());
    different.update(canaryProbability, baseRate, counts);
    notMore.update(canaryProbability, baseRate, counts);
    notLess.update(canaryProbability, baseRate, counts);
  }

  /** Fixes the rate that the bets of the next slice assume. */
  void freeze(ClassCount total) {
    baseRate = (count.baselineUnits() + 0.5) / (total.baselineUnits() + 1.0);
  }

  double weightedLogEvidence() {
    return logWeight + different.logEvidence();
  }

  /** Evidence that the class is predicted about as often: neither more nor less than tolerated. */
  double logWithin() {
    return Math.min(notMore.logEvidence(), notLess.logEvidence());
  }

  void writeTo(StateWriter out) {
    out.text(name);
    count.writeTo(out);
    out.float64(logWeight).float64(baseRate);
    different.writeTo(out);
    notMore.writeTo(out);
    notLess.writeTo(out);
  }

  static ClassSlot readFrom(StateReader in, Bets bets) {
    String name = in.text();
    ClassCount count = ClassCount.readFrom(in);
    double logWeight = in.float64();
    double baseRate = in.float64();
    var slot =
        new ClassSlot(
            name,
            logWeight,
            LiftMixture.readFrom(in, bets.different()),
            LiftMixture.readFrom(in, bets.notMore()),
            LiftMixture.readFrom(in, bets.notLess()));
    slot.count = count;
    slot.baseRate = baseRate;
    return slot;
  }
}
