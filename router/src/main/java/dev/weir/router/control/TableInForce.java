package dev.weir.router.control;

import dev.weir.proto.route.v1.Snapshot;
import dev.weir.router.outcome.OutcomeLedger;
import dev.weir.router.policy.RoutingTable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes that are obeyed now: one immutable table behind one reference, replaced whole. A
 * snapshot that cannot be compiled is refused by throwing, and the old table stays.
 */
public final class TableInForce implements Consumer<Snapshot>, Supplier<@Nullable RoutingTable> {
  private static final Logger LOG = LoggerFactory.getLogger(TableInForce.class);

  private final OutcomeLedger ledger;
  private volatile Runnable changeListener = () -> {};
  private volatile @Nullable RoutingTable table;

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

  @Override
  public void accept(Snapshot snapshot) {
    RoutingTable compiled = RoutingTable.compile(snapshot);
    table = compiled;
    ledger.keepOnly(
        compiled.routes().stream()
            .map(r -> new OutcomeLedger.RunningExperiment(r.name(), r.rolloutId()))
            .collect(Collectors.toSet()));
    LOG.atInfo()
        .addKeyValue("revision", compiled.revision())
        .addKeyValue("routes", compiled.routes().size())
        .log("routes in force");
    changeListener.run();
  }
}
