package dev.weir.worker.placement;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.registry.v1.ModelVersion;
import dev.weir.proto.route.v1.Snapshot;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.EngineHealth;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.tensor.TensorSignature;
import io.grpc.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the engine to what the snapshot places. Each event is decided by {@link LifeStep} under
 * the lock; whatever blocks runs as a job without it, and posts how it ended. Thread-safe.
 */
public final class Placements {
  private static final Logger LOG = LoggerFactory.getLogger(Placements.class);

  private final Engine engine;
  private final ArtifactFetch artifacts;
  private final Executor jobs;
  private final Scheduler scheduler;
  private final PlacementConfig config;
  private final Runnable onChange;
  private final Semaphore fetchSlots;
  private final Semaphore loadSlots;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<PlacedVersion, Held> held = new LinkedHashMap<>();

  @GuardedBy("lock")
  private boolean engineDown;

  private volatile VersionTable table = VersionTable.empty();
  private volatile long revision;
  private volatile boolean followed;

  /** What is known of one placed version; guarded by the lock. */
  private static final class Held {
    final PlacedVersion placed;
    final ModelVersion version;
    Life life = new Life.Gone();
    @Nullable Path artifact;
    @Nullable LoadedVersion loaded;
    @Nullable ServedVersion served;
    Context.@Nullable CancellableContext fetch;
    Scheduler.@Nullable Cancellable timer;
    int quiesces;

    Held(PlacedVersion placed, ModelVersion version) {
      this.placed = placed;
      this.version = version;
    }
  }

  /**
   * @param jobs runs what blocks, on threads of its own: never inside {@code execute}
   * @param onChange called after each change of the table, without locks held
   */
  public Placements(
      Engine engine,
      ArtifactFetch artifacts,
      Executor jobs,
      Scheduler scheduler,
      PlacementConfig config,
      Runnable onChange) {
    this.engine = engine;
    this.artifacts = artifacts;
    this.jobs = jobs;
    this.scheduler = scheduler;
    this.config = config;
    this.onChange = onChange;
    this.fetchSlots = new Semaphore(config.maxConcurrentJobs(), true);
    this.loadSlots = new Semaphore(config.maxConcurrentJobs(), true);
  }

  /**
   * Takes a snapshot's placements as what is wanted from now on. Returns at once.
   *
   * @throws InvalidValueException when it contradicts itself; then nothing changes
   */
  public void follow(Snapshot snapshot) {
    Map<PlacedVersion, ModelVersion> desired = DesiredVersions.of(snapshot);
    synchronized (lock) {
      for (PlacedVersion placed : List.copyOf(held.keySet())) {
        if (!desired.containsKey(placed)) {
          step(placed, new LifeEvent.Unwanted());
        }
      }
      desired.forEach((placed, version) -> {
        if (held.containsKey(placed)) {
          step(placed, new LifeEvent.Wanted());
        } else {
          begin(placed, version);
        }
      });
      revision = snapshot.getRevision();
      followed = true;
      publishTable();
    }
    onChange.run();
  }

  /** To be called after each change of the engine's health. */
  public void engineChanged() {
    synchronized (lock) {
      LifeEvent event =
          switch (engine.health()) {
            case EngineHealth.Up() -> new LifeEvent.EngineBack();
            case EngineHealth.Down(var reason) -> new LifeEvent.EngineLost(reason);
          };
      boolean down = event instanceof LifeEvent.EngineLost;
      if (down != engineDown) {
        engineDown = down;
        LOG.atWarn().addKeyValue("engine", engine.word()).log(down ? "engine lost" : "engine back");
      }
      for (PlacedVersion placed : List.copyOf(held.keySet())) {
        step(placed, event);
      }
      publishTable();
    }
    onChange.run();
  }

  /** Everything placed here, as it is now. */
  public VersionTable table() {
    return table;
  }

  /** Revision of the snapshot followed; 0: none yet. */
  public long revision() {
    return revision;
  }

  /** Whether a snapshot is followed and each version of it is available or failed for good. */
  public boolean isSettled() {
    return followed
        && table.rows().stream()
            .allMatch(row ->
                row.life() instanceof Life.Available
                    || row.life() instanceof Life.LoadFailed
                    || row.life() instanceof Life.Quiescing
                    || row.life() instanceof Life.Unloading);
  }

  /** Whether a snapshot is followed. */
  public boolean isFollowing() {
    return followed;
  }

  /**
   * Unloads everything, in flight or not, without waiting for requests. For the end of the process.
   */
  public void unloadAll() {
    List<LoadedVersion> all = new ArrayList<>();
    synchronized (lock) {
      held.values()
          .forEach(h -> {
            if (h.loaded != null) {
              all.add(h.loaded);
            }
          });
    }
    all.forEach(LoadedVersion::unload);
  }

  @GuardedBy("lock")
  private void begin(PlacedVersion placed, ModelVersion version) {
    var created = new Held(placed, version);
    held.put(placed, created);
    artifacts.pin(placed.sha256());
    take(created, LifeStep.first());
  }

  private void post(PlacedVersion placed, LifeEvent event) {
    synchronized (lock) {
      step(placed, event);
      publishTable();
    }
    onChange.run();
  }

  @GuardedBy("lock")
  private void step(PlacedVersion placed, LifeEvent event) {
    Held one = held.get(placed);
    if (one != null) {
      take(one, LifeStep.after(one.life, event));
    }
  }

  @GuardedBy("lock")
  private void take(Held one, LifeStep step) {
    if (isNews(one.life, step.next())) {
      log(one, step.next());
    }
    one.life = step.next();
    for (LifeStep.Action action : step.actions()) {
      act(one, action);
    }
  }

  @GuardedBy("lock")
  private void act(Held one, LifeStep.Action action) {
    switch (action) {
      case FETCH -> startFetch(one);
      case CANCEL_FETCH -> {
        if (one.fetch != null) {
          one.fetch.cancel(null);
        }
      }
      case LOAD -> execute(() -> load(one.placed));
      case PUBLISH -> publish(one);
      case QUIESCE -> quiesce(one);
      case REOPEN -> {
        cancelTimer(one);
        one.quiesces++;
        served(one).reopen();
      }
      case WITHDRAW -> {
        cancelTimer(one);
        one.quiesces++;
        served(one).quiesce(() -> {});
        one.served = null;
        one.loaded = null;
      }
      case UNLOAD -> {
        cancelTimer(one);
        one.quiesces++;
        LoadedVersion gone = loaded(one);
        one.served = null;
        one.loaded = null;
        execute(() -> unload(one.placed, gone));
      }
      case SCHEDULE_RETRY -> {
        cancelTimer(one);
        one.timer =
            scheduler.after(
                config.retryDelay(one.life), () -> post(one.placed, new LifeEvent.RetryDue()));
      }
      case CANCEL_RETRY -> cancelTimer(one);
      case FORGET -> {
        held.remove(one.placed);
        artifacts.unpin(one.placed.sha256());
      }
    }
  }

  /** Runs a job; at the end of the process, when nothing runs any more, it is dropped. */
  private void execute(Runnable job) {
    try {
      jobs.execute(job);
    } catch (RejectedExecutionException ending) {
      LOG.debug("the process ends, a job is dropped");
    }
  }

  @GuardedBy("lock")
  private void startFetch(Held one) {
    Context.CancellableContext context = Context.ROOT.withCancellation();
    one.fetch = context;
    execute(() -> context.run(() -> fetch(one.placed, one.version, context)));
  }

  private void fetch(
      PlacedVersion placed, ModelVersion version, Context.CancellableContext context) {
    LifeEvent event;
    try {
      fetchSlots.acquire();
      try {
        Path file = artifacts.fetch(version.getArtifact());
        synchronized (lock) {
          Held one = held.get(placed);
          if (one != null) {
            one.artifact = file;
          }
        }
        event = new LifeEvent.Fetched();
      } finally {
        fetchSlots.release();
      }
    } catch (FetchFailure e) {
      String reason = String.valueOf(e.getMessage());
      event =
          e.worthRetryingSoon()
              ? new LifeEvent.FetchFailed(reason)
              : new LifeEvent.FetchRefused(reason);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      event = new LifeEvent.FetchFailed("interrupted");
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("version", placed).log("fetching failed");
      event = new LifeEvent.FetchFailed("internal: " + e);
    } finally {
      context.cancel(null);
    }
    post(placed, event);
  }

  private void load(PlacedVersion placed) {
    ModelVersion version;
    Path artifact;
    synchronized (lock) {
      Held one = held.get(placed);
      if (one == null || one.artifact == null) {
        throw new IllegalStateException("loading without an artifact: " + placed);
      }
      version = one.version;
      artifact = one.artifact;
    }
    LifeEvent event;
    try {
      loadSlots.acquire();
      try {
        LoadedVersion loaded = loadAndWarm(version, artifact);
        synchronized (lock) {
          Held one = held.get(placed);
          if (one == null) {
            throw new IllegalStateException("forgotten while it loaded: " + placed);
          }
          one.loaded = loaded;
        }
        event = new LifeEvent.Loaded();
      } finally {
        loadSlots.release();
      }
    } catch (EngineFailure e) {
      event =
          e.kind() == EngineFailure.Kind.UNAVAILABLE
              ? new LifeEvent.LoadInterrupted(e.message())
              : new LifeEvent.LoadRefused(e.message());
    } catch (InvalidValueException e) {
      event = new LifeEvent.LoadRefused(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      event = new LifeEvent.LoadInterrupted("interrupted");
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("version", placed).log("loading failed");
      event = new LifeEvent.LoadRefused("internal: " + e);
    }
    post(placed, event);
  }

  private LoadedVersion loadAndWarm(ModelVersion version, Path artifact) throws EngineFailure {
    TensorSignature signature = TensorSignature.of(version.getSignature());
    LoadedVersion loaded = engine.load(version, artifact);
    try {
      WarmUp.run(loaded, signature, config.warmUpRuns());
      return loaded;
    } catch (EngineFailure e) {
      loaded.unload();
      throw new EngineFailure(e.kind(), "warm-up: " + e.message(), e);
    } catch (RuntimeException e) {
      loaded.unload();
      throw e;
    }
  }

  private void unload(PlacedVersion placed, LoadedVersion gone) {
    try {
      gone.unload();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("version", placed).log("unloading failed");
    }
    post(placed, new LifeEvent.Unloaded());
  }

  @GuardedBy("lock")
  private void publish(Held one) {
    one.served =
        new ServedVersion(one.version, TensorSignature.of(one.version.getSignature()), loaded(one));
  }

  @GuardedBy("lock")
  private void quiesce(Held one) {
    int quiesce = ++one.quiesces;
    one.timer = scheduler.after(config.drainTimeout(), () -> drained(one.placed, quiesce, true));
    served(one).quiesce(() -> execute(() -> drained(one.placed, quiesce, false)));
  }

  /** Ends the quiescing of this number, unless it ended before. */
  private void drained(PlacedVersion placed, int quiesce, boolean timedOut) {
    synchronized (lock) {
      Held one = held.get(placed);
      if (one == null || one.quiesces != quiesce) {
        return;
      }
      if (timedOut) {
        LOG.atWarn()
            .addKeyValue("version", placed)
            .addKeyValue("inFlight", served(one).inside())
            .log("drain timeout, unloaded with requests in flight");
      }
      step(placed, new LifeEvent.Drained());
      publishTable();
    }
    onChange.run();
  }

  private static ServedVersion served(Held one) {
    if (one.served == null) {
      throw new IllegalStateException("not served in " + one.life + ": " + one.placed);
    }
    return one.served;
  }

  private static LoadedVersion loaded(Held one) {
    if (one.loaded == null) {
      throw new IllegalStateException("not loaded in " + one.life + ": " + one.placed);
    }
    return one.loaded;
  }

  private static void cancelTimer(Held one) {
    if (one.timer != null) {
      one.timer.cancel();
      one.timer = null;
    }
  }

  @GuardedBy("lock")
  private void publishTable() {
    var rows = new HashMap<PlacedVersion, VersionTable.Row>();
    held.forEach((placed, one) ->
        rows.put(
            placed,
            new VersionTable.Row(
                placed.key(),
                one.life,
                one.life instanceof Life.Available
                    ? Optional.ofNullable(one.served)
                    : Optional.empty())));
    table = VersionTable.of(rows.values());
  }

  /** What an operator acts on: a new word or a new reason, but of many tries only the first. */
  private static boolean isNews(Life before, Life next) {
    boolean repeated =
        next instanceof Life.Fetching(boolean _, int attempt) && attempt > 1
            || next instanceof Life.FetchWaiting(int tries, String _) && tries > 1;
    boolean same =
        LifeWords.word(before).equals(LifeWords.word(next))
            && LifeWords.reason(before).equals(LifeWords.reason(next));
    return !repeated && !same;
  }

  private static void log(Held one, Life next) {
    var event =
        switch (next) {
          case Life.FetchWaiting _, Life.EngineWaiting _, Life.LoadFailed _ -> LOG.atWarn();
          case Life.Fetching _,
              Life.Loading _,
              Life.Available _,
              Life.Quiescing _,
              Life.Unloading _,
              Life.Gone _ ->
              LOG.atInfo();
        };
    event
        .addKeyValue("version", one.placed)
        .addKeyValue("state", LifeWords.word(next))
        .addKeyValue("reason", LifeWords.reason(next))
        .log("version {}", LifeWords.word(next));
  }
}
