package dev.weir.monitor.stats.bound;

/** Which deviations a mixture looks for. */
public enum Sides {
  /** Sums over zero only: twice the power there, and none against sums under it. */
  ONE,
  /** Sums on either side of zero; {@code P(|S| reaches u) <= alpha} where both are as likely. */
  TWO
}
