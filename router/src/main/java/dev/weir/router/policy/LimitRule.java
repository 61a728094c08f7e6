package dev.weir.router.policy;

/**
 * A bound of requests.
 *
 * @param maxConcurrent at the same time; 0: no bound
 * @param requestsPerSecond on average; 0: no bound
 * @param burst that may come at once; 0 when there is no bound per second
 */
public record LimitRule(int maxConcurrent, double requestsPerSecond, int burst) {
  /** No bound at all. */
  public static final LimitRule NONE = new LimitRule(0, 0, 0);

  /** Whether it bounds anything. */
  public boolean isBound() {
    return maxConcurrent != 0 || requestsPerSecond != 0;
  }
}
