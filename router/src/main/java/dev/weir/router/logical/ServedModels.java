package dev.weir.router.logical;

import dev.weir.router.balance.WorkerSet;
import dev.weir.router.policy.CompiledRoute;
import dev.weir.router.policy.RouteVariant;
import dev.weir.router.policy.RoutingTable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which models would be answered now. Thread-safe. */
public final class ServedModels {
  private final Supplier<@Nullable RoutingTable> table;
  private final WorkerSet workers;

  /**
   * @param table the table in force; null before the first snapshot
   */
  public ServedModels(Supplier<@Nullable RoutingTable> table, WorkerSet workers) {
    this.table = table;
    this.workers = workers;
  }

  /** The table in force; null before the first snapshot. */
  @Nullable RoutingTable table() {
    return table.get();
  }

  /**
   * Whether requests can be answered at all: there are routes in force, and workers when there is
   * anything to serve.
   */
  boolean isServerReady() {
    RoutingTable now = table.get();
    return now != null && (now.routes().isEmpty() || workers.hasReady());
  }

  /** Whether every request for the route would find a worker. */
  boolean isReady(CompiledRoute route) {
    return route.variants().stream()
        .filter(v -> v.weightBasisPoints() > 0)
        .allMatch(v -> isReady(v) || isReadyInstead(route, v));
  }

  /** Whether some ready worker has the variant's version. */
  boolean isReady(RouteVariant variant) {
    return workers.hasReady(variant.served());
  }

  private boolean isReadyInstead(CompiledRoute route, RouteVariant variant) {
    return route.fallbackFrom(variant).filter(this::isReady).isPresent();
  }
}
