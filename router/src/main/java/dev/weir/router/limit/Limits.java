package dev.weir.router.limit;

import dev.weir.platform.time.Clock;
import dev.weir.router.policy.ClientIdentity;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.LimitRule;
import dev.weir.router.policy.Priority;
import dev.weir.router.policy.RequestFacts;
import dev.weir.router.policy.RouteLimits;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests within their route's bounds: first the client's own, so that what one client has
 * too much costs the others nothing, then the route's, of which lower priorities may use less.
 * Thread-safe, lock-free; a route without bounds costs one comparison.
 */
public final class Limits {
  private final Clock clock;
  private final LongCounter limited;
  private final ClientTable clients;
  private final Map<String, RouteUsage> routes = new ConcurrentHashMap<>();

  /** Registers its metrics, too. */
  public Limits(LimitConfig config, Clock clock, Meter meter) {
    this.clock = clock;
    this.clients = new ClientTable(config.maxClients());
    this.limited =
        meter
            .counterBuilder("weir_router_limited")
            .setDescription("Requests refused because they were over a bound of their route.")
            .build();
    meter
        .counterBuilder("weir_router_clients_without_room")
        .setDescription("Requests of clients beyond those told apart: they share one allowance.")
        .buildWithCallback(counter -> counter.record(clients.withoutRoom()));
  }

  /** Takes what a request needs of its route's bounds, or nothing. */
  public Admission admit(Decision.Routed decision, RequestFacts request) {
    RouteLimits limits = decision.route().limits();
    return limits == null
        ? Admission.Granted.FREE
        : admit(limits, usage(decision.route().name()), decision.treatment().priority(), request);
  }

  private RouteUsage usage(String route) {
    RouteUsage usage = routes.get(route);
    return usage != null
        ? usage
        : routes.computeIfAbsent(route, r -> new RouteUsage(r, clock.nanoTime()));
  }

  private Admission admit(
      RouteLimits limits, RouteUsage route, Priority priority, RequestFacts request) {
    long now = clock.nanoTime();
    LimitRule perClient = limits.client();
    Permits clientPermits = null;
    ClientUsage client = null;
    if (perClient.isBound()) {
      String name = clientOf(limits, request);
      client = client(route, name, now);
      if (perClient.maxConcurrent() != 0) {
        Permits.Taking taking = client.permits().take(perClient.maxConcurrent());
        while (taking == Permits.Taking.RETIRED) {
          client = client(route, name, now);
          taking = client.permits().take(perClient.maxConcurrent());
        }
        if (taking == Permits.Taking.NONE_LEFT) {
          return refused(route, ExceededLimit.CLIENT_CONCURRENT, perClient.maxConcurrent());
        }
        clientPermits = client.permits();
      }
      if (!takeToken(client.tokens(), perClient, perClient.burst(), now)) {
        release(clientPermits);
        return refused(route, ExceededLimit.CLIENT_RATE, perClient.requestsPerSecond());
      }
    }
    Admission admission = admit(limits, route, priority, clientPermits, now);
    if (client != null && admission instanceof Admission.Refused) {
      release(clientPermits);
      if (perClient.requestsPerSecond() > 0) {
        client.tokens().putBack(TokenBucket.intervalNanos(perClient.requestsPerSecond()));
      }
    }
    return admission;
  }

  private Admission admit(
      RouteLimits limits,
      RouteUsage route,
      Priority priority,
      @Nullable Permits clientPermits,
      long now) {
    LimitRule whole = limits.route();
    int concurrent = limits.share(whole.maxConcurrent(), priority);
    Permits routePermits = null;
    if (concurrent != 0) {
      if (route.permits().take(concurrent) != Permits.Taking.TAKEN) {
        return refused(route, ExceededLimit.ROUTE_CONCURRENT, concurrent);
      }
      routePermits = route.permits();
    }
    if (!takeToken(route.tokens(), whole, limits.share(whole.burst(), priority), now)) {
      release(routePermits);
      return refused(route, ExceededLimit.ROUTE_RATE, whole.requestsPerSecond());
    }
    return routePermits == null && clientPermits == null
        ? Admission.Granted.FREE
        : new Admission.Granted(routePermits, clientPermits);
  }

  private ClientUsage client(RouteUsage route, String name, long now) {
    return name.isEmpty() ? route.common() : clients.find(route, name, now);
  }

  /** A letter tells an identity from a name that anybody could write; empty: nobody knows. */
  private static String clientOf(RouteLimits limits, RequestFacts request) {
    ClientIdentity identity = request.identity();
    if (identity != null) {
      return "i" + identity.name();
    }
    String header = limits.clientHeader() == null ? null : request.header(limits.clientHeader());
    return header == null || header.isEmpty() ? "" : "h" + header;
  }

  private static boolean takeToken(TokenBucket tokens, LimitRule rule, int burst, long now) {
    return rule.requestsPerSecond() == 0
        || tokens.take(now, TokenBucket.intervalNanos(rule.requestsPerSecond()), burst);
  }

  private static void release(@Nullable Permits permits) {
    if (permits != null) {
      permits.release();
    }
  }

  private Admission.Refused refused(RouteUsage route, ExceededLimit limit, double bound) {
    limited.add(1, route.labels(limit));
    String shown = bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    String what =
        switch (limit) {
          case CLIENT_CONCURRENT -> "the client has " + shown + " requests in flight";
          case CLIENT_RATE -> "the client sends more than " + shown + " requests per second";
          case ROUTE_CONCURRENT -> "the router has " + shown + " requests for it in flight";
          case ROUTE_RATE -> "more than " + shown + " requests per second come for it";
        };
    return new Admission.Refused(
        limit, "Request for model '" + route.route() + "': " + what + ", its limit");
  }

  /** Forgets routes that are no more. */
  public void keepOnly(Set<String> names) {
    routes.keySet().retainAll(names);
  }

  /** Requests of a route that are counted in its bound now. */
  int inFlight(String route) {
    RouteUsage usage = routes.get(route);
    return usage == null ? 0 : usage.permits().taken();
  }
}
