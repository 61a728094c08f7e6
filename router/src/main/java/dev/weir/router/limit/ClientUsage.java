package dev.weir.router.limit;

/** What one client uses of one route now. */
final class ClientUsage {
  private final RouteUsage route;
  private final String client;
  private final Permits permits = new Permits();
  private final TokenBucket tokens;

  ClientUsage(RouteUsage route, String client, long nowNanos) {
    this.route = route;
    this.client = client;
    this.tokens = new TokenBucket(nowNanos);
  }

  boolean is(RouteUsage otherRoute, String otherClient) {
    return route == otherRoute && client.equals(otherClient);
  }

  Permits permits() {
    return permits;
  }

  TokenBucket tokens() {
    return tokens;
  }

  /** Ends its life when forgetting it changes nothing: no request under way, all tokens there. */
  boolean retireIfIdle(long nowNanos) {
    return tokens.isFull(nowNanos) && permits.retire();
  }
}
