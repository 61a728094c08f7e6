package dev.weir.monitor.dashboard;

import dev.weir.monitor.intake.VariantKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts what other senders' spans told beside the mesh's own routes: variants of a route with the
 * same name at its end, and routes that nobody else knows behind the others.
 */
final class ForeignRoutes {
  private ForeignRoutes() {}

  /**
   * All of them.
   *
   * @param own the mesh's routes
   * @param foreign traffic of the last minutes; a variant without any is left out
   */
  static List<RouteState> beside(List<RouteState> own, Map<VariantKey, TrafficSeries> foreign) {
    var byRoute = new TreeMap<String, List<RouteState.VariantState>>();
    foreign.entrySet().stream()
        .filter(entry -> RouteState.hasRequests(entry.getValue()))
        .sorted(
            Map.Entry.comparingByKey(
                Comparator.comparing(VariantKey::variant).thenComparing(VariantKey::version)))
        .forEach(entry ->
            byRoute
                .computeIfAbsent(entry.getKey().route(), route -> new ArrayList<>())
                .add(variant(entry.getKey(), entry.getValue())));
    var all = new ArrayList<RouteState>();
    for (RouteState route : own) {
      all.add(route.with(byRoute.getOrDefault(route.name(), List.of())));
      byRoute.remove(route.name());
    }
    byRoute.forEach((name, variants) ->
        all.add(new RouteState(name, 0, "", "", 0, variants, "", 0, null, List.of())));
    return all;
  }

  private static RouteState.VariantState variant(VariantKey key, TrafficSeries traffic) {
    return new RouteState.VariantState(
        key.variant(), "", key.version(), 0, "", false, true, traffic, List.of(), 0, null);
  }
}
