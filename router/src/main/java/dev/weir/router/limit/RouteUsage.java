package dev.weir.router.limit;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;

/** What all clients together use of one route now. */
final class RouteUsage {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> LIMIT = AttributeKey.stringKey("limit");
  private static final ExceededLimit[] LIMITS = ExceededLimit.values();

  private final String route;
  private final Permits permits = new Permits();
  private final TokenBucket tokens;
  private final ClientUsage common;
  private final Attributes[] labels = new Attributes[LIMITS.length];

  RouteUsage(String route, long nowNanos) {
    this.route = route;
    this.tokens = new TokenBucket(nowNanos);
    this.common = new ClientUsage(this, "", nowNanos);
    for (ExceededLimit limit : LIMITS) {
      labels[limit.ordinal()] = Attributes.of(ROUTE, route, LIMIT, limit.word());
    }
  }

  String route() {
    return route;
  }

  int hash() {
    return route.hashCode();
  }

  Permits permits() {
    return permits;
  }

  TokenBucket tokens() {
    return tokens;
  }

  /** That of callers who cannot be told apart. */
  ClientUsage common() {
    return common;
  }

  Attributes labels(ExceededLimit limit) {
    return labels[limit.ordinal()];
  }
}
