package dev.weir.router.policy;

import org.jspecify.annotations.Nullable;

/**
 * Bounds beyond which a route's requests are refused.
 *
 * @param route all of them together
 * @param client those of each client
 * @param clientHeader metadata that tells clients without identity apart; null: none
 * @param lowPercent share of the route's bounds that requests of low priority may use up, 1 to 100
 * @param normalPercent and those of normal priority
 */
public record RouteLimits(
    LimitRule route,
    LimitRule client,
    @Nullable String clientHeader,
    int lowPercent,
    int normalPercent) {
  /**
   * What a priority may use of a bound of the route: at least 1, since what may call at all must
   * not be shut out; 0 when there is no bound.
   */
  public int share(int bound, Priority priority) {
    int percent =
        switch (priority) {
          case LOW -> lowPercent;
          case NORMAL -> normalPercent;
          case HIGH -> 100;
        };
    return percent == 100 || bound == 0 ? bound : Math.max(1, (int) ((long) bound * percent / 100));
  }
}
