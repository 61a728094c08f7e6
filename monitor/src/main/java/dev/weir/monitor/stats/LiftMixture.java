package dev.weir.monitor.stats;

import java.util.Arrays;
import java.util.List;

/**
 * An e-process about one yes/no outcome: the mean, over a grid of lifts, of the products of bets
 * that the outcome is {@code lift} times as frequent in the canary as in the baseline. It knows no
 * base rate of its own: the rate that the bets assume is given with each update and must have been
 * known before the slice. It does not keep a maximum, its owner does.
 *
 * <p>For a lift r, base rate p and tolerated ratio r0, with a and b the true probabilities of the
 * outcome in a unit were it canary or baseline:
 *
 * <p><b>Strict, r0 = 1.</b> The alternative has p1 = min(r p, cap(p)) and r' = p1/p. A hit is bet
 * on with tilt r', a miss with tilt (1 - p1)/(1 - p), both against boundary 1 (see {@link ArmBet}).
 * With th_x and th_o the bet probabilities of the canary given hit and miss, a unit's factor is
 * th_x/rho, (1 - th_x)/(1 - rho), th_o/rho or (1 - th_o)/(1 - rho), and its mean
 *
 * <pre>
 *   rho a th_x/rho + (1-rho) b (1-th_x)/(1-rho) + rho (1-a) th_o/rho + (1-rho)(1-b)(1-th_o)/(1-rho)
 *     = a th_x + b (1 - th_x) + (1 - a) th_o + (1 - b)(1 - th_o)
 *     = 1 + (a - b)(th_x - th_o).
 * </pre>
 *
 * <p>For r &gt;= 1 it is th_x &gt;= rho &gt;= th_o, so the mean is 1 or less whenever a &lt;= b,
 * whatever p was assumed: a wrong base rate costs power, never validity. For r &lt; 1 the signs
 * turn, so the mean is 1 or less whenever a &gt;= b. A grid with lifts on both sides is valid for a
 * = b.
 *
 * <p><b>Tolerant, r0 &gt; 1, {@link Claim#HITS_AT_MOST}: a &lt;= r0 b.</b> Only hits are bet on; a
 * miss has factor 1. The tilt is max(r0, min(r r0 p, cap(p))/p) against boundary r0. Given a hit,
 * the canary's true probability is h = rho a/(rho a + (1 - rho) b), at most th(r0) = rho r0/(rho r0
 * + 1 - rho) exactly when a &lt;= r0 b, so by {@link ArmBet} the factor's mean is 1 or less. Misses
 * are left alone because their worst case (1 - r0 b)/(1 - b) depends on the unknown b: validity
 * would hang on an estimate.
 *
 * <p><b>Tolerant, {@link Claim#HITS_AND_MISSES_WITHIN}: a/b and (1 - a)/(1 - b) both lie within
 * 1/r0 and r0.</b> Given a hit, h lies within th(1/r0) and th(r0); given a miss too. Upward (r &gt;
 * 1) hits are bet on as before, and misses with tilt min(1/r0, (1 - p1)/(1 - p)) against boundary
 * 1/r0; downward (r &lt; 1) hits with tilt r/r0 against 1/r0, and misses with tilt max(r0, (1 -
 * p1)/(1 - p)) against r0. By {@link ArmBet} the factor's mean is 1 or less given a hit and given a
 * miss, so it is 1 or less, again whatever p was assumed.
 *
 * <p><b>{@link Claim#HITS_AT_LEAST}: a &gt;= r0 b</b>, and {@link Claim#HITS_AT_MOST} with r0 &lt;
 * 1, are the nulls to be refuted in order to show that the canary keeps to a tolerance: the same
 * bets on hits, from the other side.
 *
 * <p>Lifts are relative to r0, so that every lift of the grid stays a bet.
 *
 * <p>The mean over lifts of supermartingales that start at 1 is one. Sources: Lindon and Malek,
 * arXiv 2011.03567 (conditional test of counts); Podkopaev and Ramdas, arXiv 2305.00143 (predictive
 * two-sample tests); Turner, Ly and Grunwald, arXiv 2106.02693.
 *
 * <p>Layout inside its owner's bytes: {@code float64 log evidence} for each lift.
 */
final class LiftMixture {
  /**
   * How the bets are made.
   *
   * @param claim what the null says
   * @param lifts 1 to 64 positive ratios other than 1; over 1 if the claim is {@link
   *     Claim#HITS_AT_MOST}
   * @param toleratedRatio r0, 1 to 1,000; from 0.001 on for a one-sided claim
   * @param cap highest rate an alternative may assume, by base rate
   */
  record Parameters(Claim claim, List<Double> lifts, double toleratedRatio, Cap cap) {
    Parameters {
      lifts = List.copyOf(lifts);
      if (lifts.isEmpty() || lifts.size() > 64) {
        throw new IllegalArgumentException("lifts: " + lifts.size() + " (expected: 1 to 64)");
      }
      for (double lift : lifts) {
        boolean fits =
            switch (claim) {
              case HITS_AT_MOST -> lift > 1;
              case HITS_AT_LEAST -> lift > 0 && lift < 1;
              case HITS_AND_MISSES_WITHIN -> lift > 0 && lift != 1;
            };
        if (!(fits && lift < Double.POSITIVE_INFINITY)) {
          throw new IllegalArgumentException(
              "lift: %s (expected: finite, %s)".formatted(lift, claim.lifts));
        }
      }
      if (claim == Claim.HITS_AND_MISSES_WITHIN) {
        requireToleratedRatio(toleratedRatio);
      } else if (!(toleratedRatio >= 0.001 && toleratedRatio <= 1_000)) {
        throw new IllegalArgumentException(
            "toleratedRatio: " + toleratedRatio + " (expected: 0.001 to 1000)");
      }
    }

    static double requireToleratedRatio(double toleratedRatio) {
      if (!(toleratedRatio >= 1 && toleratedRatio <= 1_000)) {
        throw new IllegalArgumentException(
            "toleratedRatio: " + toleratedRatio + " (expected: 1 to 1000)");
      }
      return toleratedRatio;
    }

    private boolean betsOnMisses() {
      return toleratedRatio == 1 || claim == Claim.HITS_AND_MISSES_WITHIN;
    }
  }

  /** What the null says about the outcome, up to the tolerated ratio. */
  enum Claim {
    /** The canary has it at most as often. */
    HITS_AT_MOST("over 1"),
    /** The canary has it at least as often; to show that it has it less often. */
    HITS_AT_LEAST("over 0, under 1"),
    /** The canary has it as often, and lacks it as often. */
    HITS_AND_MISSES_WITHIN("over 0, not 1");

    private final String lifts;

    Claim(String lifts) {
      this.lifts = lifts;
    }
  }

  /**
   * Highest rate an alternative may assume: {@code constant + slope * baseRate}, under 1 for every
   * base rate under 1.
   */
  record Cap(double constant, double slope) {
    double at(double baseRate) {
      return constant + slope * baseRate;
    }
  }

  // A base rate of 0 or 1 would make a bet that loses everything.
  private static final double LOWEST_BASE_RATE = 1e-9;
  private static final double HIGHEST_BASE_RATE = 1 - 1e-6;

  private final Parameters parameters;
  private final double[] logs;

  LiftMixture(Parameters parameters) {
    this(parameters, new double[parameters.lifts().size()]);
  }

  private LiftMixture(Parameters parameters, double[] logs) {
    this.parameters = parameters;
    this.logs = logs;
  }

  /**
   * Takes the bets on some units of a slice.
   *
   * @param canaryProbability rho of the units' draws, over 0 and under 1
   * @param baseRate estimate of the outcome's rate in the baseline, made before the slice
   */
  void update(double canaryProbability, double baseRate, HitCounts counts) {
    double odds = ArmBet.odds(canaryProbability);
    double rate = Math.clamp(baseRate, LOWEST_BASE_RATE, HIGHEST_BASE_RATE);
    for (int i = 0; i < logs.length; i++) {
      logs[i] += logFactor(odds, rate, parameters.lifts().get(i), counts);
    }
  }

  private double logFactor(double odds, double rate, double lift, HitCounts counts) {
    double hitBoundary = boundary(lift);
    double alternative = alternative(rate, lift);
    double hitTilt = lift > 1 ? Math.max(hitBoundary, alternative / rate) : alternative / rate;
    double logHits =
        counts.canaryHits() + counts.baselineHits() == 0
            ? 0
            : ArmBet.of(odds, hitBoundary, hitTilt)
                .total(counts.canaryHits(), counts.baselineHits());
    if (!parameters.betsOnMisses()) {
      return logHits;
    }
    double missBoundary = 1 / hitBoundary;
    double missRatio = (1 - alternative) / (1 - rate);
    double missTilt =
        lift > 1 ? Math.min(missBoundary, missRatio) : Math.max(missBoundary, missRatio);
    return logHits
        + ArmBet.of(odds, missBoundary, missTilt)
            .total(counts.canaryMisses(), counts.baselineMisses());
  }

  /**
   * The rate that a lift assumes for the canary, under 1. Where there is no room for it above the
   * base rate, nothing is bet.
   */
  private double alternative(double rate, double lift) {
    return lift < 1
        ? Math.min(lift * boundary(lift) * rate, HIGHEST_BASE_RATE)
        : Math.min(lift * boundary(lift) * rate, parameters.cap().at(rate));
  }

  /**
   * What the null says at most about the canary's rate over the baseline's, on this lift's side.
   */
  private double boundary(double lift) {
    double tolerated = parameters.toleratedRatio();
    return parameters.claim() == Claim.HITS_AND_MISSES_WITHIN && lift < 1
        ? 1 / tolerated
        : tolerated;
  }

  /** Natural logarithm of the e-value. */
  double logEvidence() {
    return LogSpace.logMean(logs);
  }

  /** The lift whose bets have won most. */
  double strongestLift() {
    int best = 0;
    for (int i = 1; i < logs.length; i++) {
      if (logs[i] > logs[best]) {
        best = i;
      }
    }
    return parameters.lifts().get(best);
  }

  void writeTo(StateWriter out) {
    out.float64s(logs);
  }

  static LiftMixture readFrom(StateReader in, Parameters parameters) {
    return new LiftMixture(parameters, in.float64s(parameters.lifts().size()));
  }

  @Override
  public String toString() {
    return "LiftMixture[" + parameters + ", logs=" + Arrays.toString(logs) + "]";
  }
}
