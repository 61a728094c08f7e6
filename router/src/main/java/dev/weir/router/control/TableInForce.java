package dev.weir.router.control;

import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.policy.RoutingTable;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The routes that are obeyed now: one immutable table behind one reference, replaced whole. A
 * snapshot that cannot be compiled is refused by throwing, and the old table stays.
 */
public final class TableInForce implements Consumer<Snapshot>, Supplier<@Nullable RoutingTable> {
  private static final Logger LOG = LoggerFactory.getLogger(TableInForce.class);

  private final OutcomeLedger ledger;
  private volatile Runnable changeListener = () -> {};
  private volatile @Nullable RoutingTable table;
  private List<Route> routes = List.of();

  /**
   * @param ledger forgets the units of rollouts that are over
   */
  public TableInForce(OutcomeLedger ledger) {
    this.ledger = ledger;
  }

  /** Called after each change. */
  public void onChange(Runnable listener) {
    changeListener = listener;
  }

  @Override
  public @Nullable RoutingTable get() {
    return table;
  }

  /** Names of the routes in force. */
  public Set<String> names() {
    RoutingTable now = table;
    return now == null ? Set.of() : now.names();
  }

  /** Route and name of each experiment in force. */
  public Set<String> experiments() {
    RoutingTable now = table;
    return now == null
        ? Set.of()
        : now.routes().stream()
            .flatMap(r -> r.experiments().stream().map(e -> r.name() + '\n' + e))
            .collect(Collectors.toSet());
  }

  @Override
  public void accept(Snapshot snapshot) {
    RoutingTable compiled = RoutingTable.compile(snapshot);
    boolean changed = !snapshot.getRoutesList().equals(routes);
    table = compiled;
    routes = snapshot.getRoutesList();
    ledger.keepOnly(
        compiled.routes().stream()
            .map(r -> new OutcomeLedger.RunningExperiment(r.name(), r.rolloutId()))
            .collect(Collectors.toSet()));
    // most revisions change something else, a rollout's progress for one
    LOG.atLevel(changed ? Level.INFO : Level.DEBUG)
        .addKeyValue("revision", compiled.revision())
        .addKeyValue("routes", compiled.routes().size())
        .log("routes in force");
    changeListener.run();
  }
}
