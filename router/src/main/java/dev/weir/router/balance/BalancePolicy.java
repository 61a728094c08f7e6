package dev.weir.router.balance;

/** How a worker is chosen among those that could answer. */
public enum BalancePolicy {
  /**
   * The cheaper of two drawn at random: requests in flight times observed latency, raised by the
   * reported utilisation.
   */
  LEAST_COST,
  /** One after the other, whatever they are like. For comparisons. */
  ROUND_ROBIN
}
