package dev.weir.monitor.stats;

import java.util.List;

/**
 * What all guardrails of a rollout say together. Immutable; made anew after each closed slice, and
 * the first decision other than {@link Decision.Undecided} stands, whatever later ones say.
 *
 * <p>The false-alarm budget alpha is shared out by weights that sum to 1. The rollback guardrails
 * decide together, when the weighted sum of their e-values reaches 1/alpha; a hold guardrail
 * decides alone, when its e-value reaches 1/(weight alpha).
 *
 * <p>A weighted sum of e-processes with weights that sum to W is an e-process times W, under any
 * dependence, so by Ville the rollback guardrails ever raise a false alarm with probability W alpha
 * or less, and each hold guardrail with weight alpha or less: alpha in all. The sum is never slower
 * than testing each rollback guardrail alone at 1/(weight alpha): if one gets there, the sum is
 * there too. That is also why a guardrail's maximum may be used to say which one it was.
 *
 * @param logE natural logarithm of the weighted sum of the rollback guardrails' e-values; negative
 *     infinity when there is none
 * @param logThreshold {@code ln(1/alpha)}
 * @param guardrails each one's share and whether it is violated alone
 * @param decision what follows
 */
public record ReleaseEvidence(
    double logE, double logThreshold, List<Judged> guardrails, Decision decision) {
  /** What a guardrail's violation does. */
  public enum Action {
    /** The rollout is rolled back. */
    ROLLBACK,
    /** The rollout keeps its step until an operator decides. */
    HOLD
  }

  /**
   * One guardrail's part.
   *
   * @param guardrail name
   * @param weight share of the budget, over 0, at most 1
   * @param action what its violation does
   * @param evidence what its test knows
   */
  public record Share(String guardrail, double weight, Action action, Evidence evidence) {
    public Share {
      if (!(weight > 0 && weight <= 1)) {
        throw new IllegalArgumentException(
            "weight of " + guardrail + ": " + weight + " (expected: over 0, at most 1)");
      }
    }
  }

  /**
   * One guardrail alone.
   *
   * @param share what was given
   * @param logThreshold {@code ln(1/(weight alpha))}
   * @param violated its e-value has reached that at the end of some slice
   */
  public record Judged(Share share, double logThreshold, boolean violated) {}

  /** What follows from the evidence. */
  public sealed interface Decision {
    /** Nothing yet. */
    record Undecided() implements Decision {}

    /**
     * Roll back.
     *
     * @param decisiveGuardrail the one that is violated alone, or else has most of the sum
     * @param alone whether that one would have been enough
     */
    record RollBack(String decisiveGuardrail, boolean alone) implements Decision {}

    /**
     * Keep the step.
     *
     * @param guardrails those violated, in the order given, at least one
     */
    record Hold(List<String> guardrails) implements Decision {
      public Hold {
        guardrails = List.copyOf(guardrails);
      }
    }
  }

  private static final double WEIGHT_TOLERANCE = 1e-6;

  public ReleaseEvidence {
    guardrails = List.copyOf(guardrails);
  }

  /**
   * Weighs the evidence.
   *
   * @param alpha false-alarm budget for the life of the rollout, over 0 and under 1
   * @param shares all guardrails of the rollout; weights sum to at most 1
   */
  public static ReleaseEvidence of(double alpha, List<Share> shares) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: over 0, under 1)");
    }
    double weights = shares.stream().mapToDouble(Share::weight).sum();
    if (weights > 1 + WEIGHT_TOLERANCE) {
      throw new IllegalArgumentException("weights: sum " + weights + " (expected: at most 1)");
    }
    double logThreshold = -Math.log(alpha);
    List<Judged> judged = shares.stream().map(share -> judge(share, logThreshold)).toList();
    double logE =
        LogSpace.logSum(
            shares.stream()
                .filter(share -> share.action() == Action.ROLLBACK)
                .mapToDouble(ReleaseEvidence::weighted)
                .toArray());
    return new ReleaseEvidence(logE, logThreshold, judged, decide(logE >= logThreshold, judged));
  }

  private static Judged judge(Share share, double logThreshold) {
    double alone = logThreshold - Math.log(share.weight());
    return new Judged(share, alone, share.evidence().maxLogE() >= alone);
  }

  private static Decision decide(boolean sumReached, List<Judged> judged) {
    List<Judged> rollback =
        judged.stream().filter(j -> j.share().action() == Action.ROLLBACK).toList();
    Judged decisive = null;
    for (Judged candidate : rollback) {
      if (decisive == null || overThreshold(candidate) > overThreshold(decisive)) {
        decisive = candidate;
      }
    }
    if (decisive != null && (sumReached || decisive.violated())) {
      return new Decision.RollBack(decisive.share().guardrail(), decisive.violated());
    }
    List<String> holds =
        judged.stream()
            .filter(j -> j.share().action() == Action.HOLD && j.violated())
            .map(j -> j.share().guardrail())
            .toList();
    return holds.isEmpty() ? new Decision.Undecided() : new Decision.Hold(holds);
  }

  private static double overThreshold(Judged judged) {
    return judged.share().evidence().maxLogE() - judged.logThreshold();
  }

  private static double weighted(Share share) {
    return Math.log(share.weight()) + share.evidence().logE();
  }
}
