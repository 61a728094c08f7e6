package dev.weir.registry.api;

import dev.weir.platform.error.Check;
import dev.weir.proto.registry.v1.AuditEntry;
import dev.weir.proto.registry.v1.ListAuditResponse;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.Route;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.registry.audit.AuditChain;
import dev.weir.registry.audit.AuditRecord;
import dev.weir.registry.control.DiversionCommands;
import dev.weir.registry.control.Registry;
import dev.weir.registry.control.RolloutDriver;
import dev.weir.registry.control.RolloutSoftState;
import dev.weir.registry.control.RouteCommands;
import dev.weir.registry.control.WorkerReports;
import dev.weir.registry.model.ProtoTimes;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.state.RegistryState;
import dev.weir.registry.store.RegistryStore;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What both doors, gRPC and REST, offer about routes, rollouts and the audit log. */
public final class Operations {
  private static final int MAX_AUDIT = 1_000;
  private static final int DEFAULT_AUDIT = 100;

  private final Registry registry;
  private final RolloutDriver driver;
  private final RolloutSoftState soft;
  private final RegistryStore store;
  private final WorkerReports workers;
  private final int maxRoutes;

  public Operations(
      Registry registry,
      RolloutDriver driver,
      RolloutSoftState soft,
      RegistryStore store,
      WorkerReports workers,
      int maxRoutes) {
    this.registry = registry;
    this.driver = driver;
    this.soft = soft;
    this.store = store;
    this.workers = workers;
    this.maxRoutes = maxRoutes;
  }

  RegistryState state() {
    return registry.state();
  }

  Outcome<Route> putRoute(Route wanted, String actor) {
    return registry
        .submit(actor, RouteCommands.put(wanted, maxRoutes))
        .map(state -> required(state.routes().get(wanted.getName()), wanted.getName()));
  }

  /** Sends all of a route's requests to its fallback. */
  Outcome<Route> divertRoute(String name, String reason, String actor) {
    return registry
        .submit(actor, DiversionCommands.divert(name, reason, actor, workers.fleet()))
        .map(state -> required(state.routes().get(name), name));
  }

  /** Ends that. */
  Outcome<Route> restoreRoute(String name, String reason, String actor) {
    return registry
        .submit(actor, DiversionCommands.restore(name, reason))
        .map(state -> required(state.routes().get(name), name));
  }

  private static Route required(@Nullable Route route, String name) {
    if (route == null) {
      throw new IllegalStateException("route " + name + " is not there after its change");
    }
    return route;
  }

  Outcome<Rollout> startRollout(RolloutSpec spec, String actor) {
    return driver.start(spec, actor);
  }

  Outcome<Rollout> steerRollout(
      String id, RolloutEvent.Command command, String actor, String reason) {
    return driver.steer(id, command, actor, reason);
  }

  List<String> verdicts(String monitor, List<Verdict> verdicts) {
    return driver.verdicts(monitor, verdicts);
  }

  /** One rollout, however old. */
  Outcome<Rollout> rollout(String id) {
    return Optional.ofNullable(registry.state().rollouts().get(id))
        .or(() -> store.rollout(id))
        .map(rollout -> Outcome.done(soft.view(rollout)))
        .orElseGet(() -> Outcome.refused(Refusal.notFound("rollout " + id + " does not exist")));
  }

  /** Rollouts that are not over, and the latest that are, oldest first. */
  List<Rollout> rollouts() {
    Collection<Rollout> all = registry.state().rollouts().values();
    return all.stream().map(soft::view).toList();
  }

  /**
   * Part of the audit log.
   *
   * @param limit 1 to 1,000; 0: 100
   */
  ListAuditResponse audit(long afterSequence, long limit) {
    Check.inRange("after_sequence", afterSequence, 0, Long.MAX_VALUE);
    Check.inRange("limit", limit, 0, MAX_AUDIT);
    var response = ListAuditResponse.newBuilder();
    store
        .audit(afterSequence, limit == 0 ? DEFAULT_AUDIT : (int) limit)
        .forEach(entry -> response.addEntries(message(entry)));
    return response.build();
  }

  private static AuditEntry message(AuditRecord entry) {
    return AuditEntry.newBuilder()
        .setSequence(entry.sequence())
        .setAt(ProtoTimes.timestamp(entry.at()))
        .setActor(entry.actor())
        .setAction(entry.action())
        .setSubject(entry.subject())
        .setDetail(entry.detail())
        .setHash(HexFormat.of().formatHex(entry.hash().toByteArray()))
        .setRecordSha256(HexFormat.of().formatHex(AuditChain.sha256(entry.record()).toByteArray()))
        .build();
  }
}
