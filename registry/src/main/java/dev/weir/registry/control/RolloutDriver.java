package dev.weir.registry.control;

import dev.weir.platform.time.Clock;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.RolloutSpec;
import dev.weir.proto.route.v1.RolloutState;
import dev.weir.proto.route.v1.Verdict;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.registry.model.VersionId;
import dev.weir.registry.outcome.Outcome;
import dev.weir.registry.outcome.Refusal;
import dev.weir.registry.rollout.Decision;
import dev.weir.registry.rollout.FleetView;
import dev.weir.registry.rollout.RolloutEvent;
import dev.weir.registry.rollout.RolloutMachine;
import dev.weir.registry.state.RegistryRecord;
import dev.weir.registry.state.RegistryState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Wakes rollouts: on a verdict, on a worker's report, and regularly. Keeps what is soft about them:
 * verdicts and what they wait for. Thread-safe.
 */
public final class RolloutDriver {
  private final Registry registry;
  private final RolloutSoftState soft;
  private final WorkerReports workers;
  private final RolloutIds ids;
  private final Clock clock;
  private final Duration softInterval;
  private final RegistryMetrics metrics;

  /** Revision of the snapshot that first placed a rollout's canary, for rollouts started here. */
  private final Map<String, Long> firstRevisions = new ConcurrentHashMap<>();

  private final AtomicLong lastSoftNanos;

  /**
   * @param softInterval shortest time between snapshots that differ in soft state alone
   */
  public RolloutDriver(
      Registry registry,
      RolloutSoftState soft,
      WorkerReports workers,
      RolloutIds ids,
      Clock clock,
      Duration softInterval,
      RegistryMetrics metrics) {
    this.registry = registry;
    this.soft = soft;
    this.workers = workers;
    this.ids = ids;
    this.clock = clock;
    this.softInterval = softInterval;
    this.metrics = metrics;
    this.lastSoftNanos = new AtomicLong(clock.nanoTime() - softInterval.toNanos());
  }

  /** Starts a rollout. */
  public Outcome<Rollout> start(RolloutSpec spec, String actor) {
    return registry
        .submit(
            actor,
            situation -> {
              Optional<String> newest =
                  Optional.ofNullable(situation.state().rollouts().lastEntry())
                      .map(Map.Entry::getKey);
              String id = ids.next(situation.now(), newest);
              Outcome<List<Change>> decided =
                  RolloutCommands.start(spec, id, actor).decide(situation);
              if (decided instanceof Outcome.Done<List<Change>>) {
                firstRevisions.put(id, situation.revision());
              }
              return decided;
            })
        .map(state -> soft.view(state.activeRollout(spec.getRoute()).orElseThrow()));
  }

  /** Does what an operator wants with a rollout. */
  public Outcome<Rollout> steer(
      String id, RolloutEvent.Command command, String actor, String reason) {
    return registry
        .submit(actor, RolloutCommands.steer(id, command, actor, reason))
        .map(state -> view(state, id));
  }

  private Rollout view(RegistryState state, String id) {
    Rollout rollout = state.rollouts().get(id);
    if (rollout == null) {
      throw new IllegalStateException("rollout " + id + " is not in the state after its change");
    }
    return soft.view(rollout);
  }

  /**
   * Takes a monitor's verdicts and acts on them before it returns.
   *
   * @return ids of those rollouts that are over or unknown
   */
  public List<String> verdicts(String monitor, List<Verdict> verdicts) {
    var finished = new ArrayList<String>();
    for (Verdict verdict : verdicts) {
      metrics.verdict(verdict.getState().name());
      String id = verdict.getRolloutId();
      if (isActive(id)) {
        soft.put(verdict);
        observe(id, workers.fleet(), "monitor " + monitor);
      }
      if (!isActive(id)) {
        finished.add(id);
      }
    }
    return finished;
  }

  /** Takes a worker's report and wakes the rollouts that may wait for it. */
  public Optional<Refusal> workerReported(WorkerStatus status) {
    Optional<Refusal> refusal = workers.report(status);
    if (refusal.isEmpty()) {
      FleetView fleet = workers.fleet();
      registry.state().activeRollouts().stream()
          .filter(rollout -> rollout.getState() == RolloutState.PREPARING)
          .forEach(rollout -> observe(rollout.getId(), fleet, "registry"));
    }
    return refusal;
  }

  /** Looks at everything; to be called a few times a second. */
  public void tick() {
    FleetView fleet = workers.fleet();
    metrics.workersReady(fleet.ready().size());
    List<Rollout> active = registry.state().activeRollouts();
    active.forEach(rollout -> observe(rollout.getId(), fleet, "registry"));
    Set<String> still =
        registry.state().activeRollouts().stream().map(Rollout::getId).collect(Collectors.toSet());
    metrics.activeRollouts(still.size());
    soft.retain(still);
    firstRevisions.keySet().retainAll(still);
    long now = clock.nanoTime();
    long last = lastSoftNanos.get();
    if (now - last >= softInterval.toNanos() && lastSoftNanos.compareAndSet(last, now)) {
      registry.publishSoft();
    }
  }

  private boolean isActive(String id) {
    Rollout rollout = registry.state().rollouts().get(id);
    return rollout != null && !RolloutMachine.isOver(rollout.getState());
  }

  private void observe(String id, FleetView fleet, String actor) {
    Outcome<RegistryState> outcome =
        registry.submit(
            actor,
            situation -> {
              Rollout rollout = situation.state().rollouts().get(id);
              if (rollout == null) {
                return Outcome.done(List.of());
              }
              var observed =
                  new RolloutEvent.Observed(relevant(rollout, fleet), soft.freshVerdict(id));
              Decision decision =
                  DiversionCommands.held(
                      situation.state(),
                      rollout,
                      RolloutMachine.decide(rollout, observed, situation.now()));
              return switch (decision) {
                case Decision.Change(var record) -> {
                  soft.waitingFor(id, "");
                  yield Outcome.done(
                      List.of(
                          new Change(
                              new RegistryRecord.RolloutChanged(id, record), record.reason())));
                }
                case Decision.Wait(var waitingFor) -> {
                  soft.waitingFor(id, waitingFor);
                  yield Outcome.done(List.of());
                }
                case Decision.Refused(var refusal) ->
                    throw new IllegalStateException("an observation was refused: " + refusal);
              };
            });
    if (outcome instanceof Outcome.Refused<RegistryState>(var refusal)) {
      // the store is full or away: the next tick tries again
      metrics.refused(refusal.kind());
      soft.waitingFor(id, "the registry's disk: " + refusal.message());
    }
  }

  /** A worker that does not follow the rollout's snapshot yet speaks of an earlier attempt. */
  private FleetView relevant(Rollout rollout, FleetView fleet) {
    return fleet.withoutFailuresBefore(
        firstRevisions.getOrDefault(rollout.getId(), 0L),
        VersionId.parse(
            "model", rollout.getModel(), "version", rollout.getSpec().getCanaryVersion()));
  }
}
