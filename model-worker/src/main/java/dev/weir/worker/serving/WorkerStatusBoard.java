package dev.weir.worker.serving;

import dev.weir.platform.lifecycle.Readiness;
import dev.weir.platform.time.Clock;
import dev.weir.proto.worker.v1.VersionStatus;
import dev.weir.proto.worker.v1.WorkerState;
import dev.weir.proto.worker.v1.WorkerStatus;
import dev.weir.worker.admission.Room;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.placement.LifeWords;
import dev.weir.worker.placement.Placements;
import java.time.Duration;

/**
 * What the worker says about itself, put together from its parts whenever asked. Thread-safe.
 *
 * <p>The worker has started once the versions of its first snapshot are available or failed, or,
 * when some take long, once one is available and its patience is over: the registry may be away
 * while the cache has only some of them.
 */
public final class WorkerStatusBoard {
  private final String instance;
  private final Engine engine;
  private final Room room;
  private final Placements placements;
  private final Duration startPatience;
  private final Clock clock;
  private final long createdNanos;
  private volatile String address = "";
  private volatile boolean started;
  private volatile boolean draining;

  public WorkerStatusBoard(
      String instance,
      Engine engine,
      Room room,
      Placements placements,
      Duration startPatience,
      Clock clock) {
    this.instance = instance;
    this.engine = engine;
    this.room = room;
    this.placements = placements;
    this.startPatience = startPatience;
    this.clock = clock;
    this.createdNanos = clock.nanoTime();
  }

  /** Says where inference calls are taken. */
  public void bound(String newAddress) {
    address = newAddress;
  }

  /** From now on no new work is taken. */
  public void drain() {
    draining = true;
  }

  /** Whether the worker has started; stays true. */
  public boolean hasStarted() {
    if (!started && placements.isFollowing()) {
      boolean patienceOver = clock.nanoTime() - createdNanos > startPatience.toNanos();
      started = placements.isSettled() || (patienceOver && available() > 0);
    }
    return started;
  }

  private long available() {
    return placements.table().rows().stream().filter(row -> row.served().isPresent()).count();
  }

  /** The worker's state. */
  public WorkerState state() {
    if (draining) {
      return WorkerState.DRAINING;
    }
    if (engine.health() instanceof EngineHealth.Down) {
      return WorkerState.ENGINE_DOWN;
    }
    return hasStarted() ? WorkerState.READY : WorkerState.STARTING;
  }

  /** All of it. */
  public WorkerStatus status() {
    var status =
        WorkerStatus.newBuilder()
            .setInstance(instance)
            .setState(state())
            .setInFlight(room.inFlight())
            .setCapacity(room.capacity())
            .setSnapshotRevision(placements.revision())
            .setAddress(address)
            .setEngine(engine.word());
    placements
        .table()
        .rows()
        .forEach(row ->
            status.addVersions(
                VersionStatus.newBuilder()
                    .setModel(row.key().model())
                    .setVersion(row.key().version())
                    .setState(LifeWords.state(row.life()))
                    .setReason(LifeWords.reason(row.life()))));
    return status.build();
  }

  /** Writes engine and placements into the health page. */
  public void describe(Readiness readiness) {
    switch (engine.health()) {
      case EngineHealth.Up() -> readiness.ready("engine");
      case EngineHealth.Down(var reason) -> readiness.notReady("engine", reason);
    }
    if (draining) {
      readiness.notReady("placements", "draining");
    } else if (!hasStarted()) {
      readiness.notReady("placements", "the first versions are not loaded yet");
    } else if (placements.isSettled()) {
      readiness.ready("placements");
    } else {
      readiness.degraded("placements", "versions are being loaded");
    }
  }
}
