package dev.weir.monitor.watch;

import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.monitor.stats.label.ParityTest;
import java.util.Locale;

/**
 * One group against all others, by three criteria that cannot all hold at once when groups differ.
 * Single writer.
 *
 * <pre>
 *   3 x (uint32 length, parity test): of all predictions, of those whose label is the favourable
 *   class, of those with another label
 *   2 x (int64 labels, int64 right): of all others, of the group
 * </pre>
 */
final class GroupTests {
  /** What "alike" means. */
  enum Criterion {
    /** The favourable class is predicted for the same share. */
    DEMOGRAPHIC_PARITY,
    /** It is for the same share of those whose label says so. */
    EQUAL_OPPORTUNITY,
    /** It is for the same share of those, and of those whose label says otherwise. */
    EQUALISED_ODDS;

    /** Its word in labels of alerts and in answers. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private ParityTest decisions;
  private ParityTest favourable;
  private ParityTest unfavourable;
  private final long[] labels = new long[2];
  private final long[] right = new long[2];

  /**
   * Nothing seen.
   *
   * @param tolerated difference of rates
   */
  GroupTests(double tolerated) {
    this.decisions = new ParityTest(tolerated);
    this.favourable = new ParityTest(tolerated);
    this.unfavourable = new ParityTest(tolerated);
  }

  /** Takes a prediction. */
  void predicted(boolean inGroup, boolean favoured) {
    decisions.add(inGroup, favoured);
  }

  /** Takes a prediction whose label came. */
  void labelled(boolean inGroup, boolean favoured, boolean deserved, boolean isRight) {
    (deserved ? favourable : unfavourable).add(inGroup, favoured);
    int side = inGroup ? 1 : 0;
    labels[side]++;
    right[side] += isRight ? 1 : 0;
  }

  /** Predictions of the group, or of all others, that have a label. */
  long labels(boolean inGroup) {
    return labels[inGroup ? 1 : 0];
  }

  /** Of these, those whose class was predicted, favourable or not. */
  long right(boolean inGroup) {
    return right[inGroup ? 1 : 0];
  }

  /** Of all predictions. */
  ParityTest decisions() {
    return decisions;
  }

  /** Of those whose label is the favourable class. */
  ParityTest favourable() {
    return favourable;
  }

  /** Of those with another label. */
  ParityTest unfavourable() {
    return unfavourable;
  }

  /** Whether enough was seen of each side for anything to be said. */
  boolean hasEnough(Criterion criterion) {
    return switch (criterion) {
      case DEMOGRAPHIC_PARITY -> decisions.hasEnough();
      case EQUAL_OPPORTUNITY -> favourable.hasEnough();
      case EQUALISED_ODDS -> favourable.hasEnough() && unfavourable.hasEnough();
    };
  }

  /** Natural logarithm of the e-value against a criterion; of two tests their mean is one. */
  double logEvidence(Criterion criterion) {
    return switch (criterion) {
      case DEMOGRAPHIC_PARITY -> decisions.logEvidence();
      case EQUAL_OPPORTUNITY -> favourable.logEvidence();
      case EQUALISED_ODDS -> logMean(favourable.logEvidence(), unfavourable.logEvidence());
    };
  }

  private static double logMean(double one, double other) {
    double larger = Math.max(one, other);
    return larger + Math.log((Math.exp(one - larger) + Math.exp(other - larger)) / 2);
  }

  void writeTo(StateWriter out) {
    out.bytes(decisions.toBytes()).bytes(favourable.toBytes()).bytes(unfavourable.toBytes());
    for (int side = 0; side < 2; side++) {
      out.int64(labels[side]).int64(right[side]);
    }
  }

  /**
   * Takes over what {@link #writeTo} wrote, unless another difference was tolerated.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  void readFrom(StateReader in) {
    ParityTest first = ParityTest.fromBytes(in.bytes());
    ParityTest second = ParityTest.fromBytes(in.bytes());
    ParityTest third = ParityTest.fromBytes(in.bytes());
    for (int side = 0; side < 2; side++) {
      labels[side] = in.count();
      right[side] = in.count();
    }
    if (first.tolerated() == decisions.tolerated()) {
      decisions = first;
      favourable = second;
      unfavourable = third;
    }
  }
}
