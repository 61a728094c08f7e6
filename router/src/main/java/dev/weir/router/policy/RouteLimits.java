package dev.weir.router.policy;

import org.jspecify.annotations.Nullable;

/**
 * Bounds beyond which a route's requests are refused.
 *
 * @param route all of them together
 * @param client those of each client
 * @param clientHeader metadata that tells clients without identity apart; null: none
 * @param lowMaxConcurrent from this many of the route's requests on, those of low priority are
 *     refused; 0: no bound
 * @param normalMaxConcurrent and from this many on those of normal priority; 0: no bound
 */
public record RouteLimits(
    LimitRule route,
    LimitRule client,
    @Nullable String clientHeader,
    int lowMaxConcurrent,
    int normalMaxConcurrent) {
  /** The route's bound at the same time for a priority; 0: none. */
  public int maxConcurrent(Priority priority) {
    return switch (priority) {
      case LOW -> lowMaxConcurrent;
      case NORMAL -> normalMaxConcurrent;
      case HIGH -> route.maxConcurrent();
    };
  }
}
