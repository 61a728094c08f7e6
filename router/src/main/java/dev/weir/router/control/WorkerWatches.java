package dev.weir.router.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.discovery.Instance;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.router.balance.Worker;
import dev.weir.router.balance.WorkerHealth;
import dev.weir.router.balance.WorkerSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches every worker that discovery names. Discovery says who is to be watched, a worker's own
 * stream says whether it takes work: one that discovery no longer names is kept as long as it says
 * itself that it is well (a discovery that has just restarted knows nobody), and forgotten when its
 * stream ends. Thread-safe.
 */
public final class WorkerWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerWatches.class);

  private final WorkerSet workers;
  private final KnownEndpoints known;
  private final String watcher;
  private final WatchConfig config;
  private final Clock clock;
  private final Scheduler scheduler;
  private final @Nullable ReloadingTls tls;

  @GuardedBy("this")
  private final Map<String, Watched> watched = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean closed;

  private static final class Watched {
    private final Instance instance;
    private final WorkerWatch watch;
    private boolean listed = true;

    Watched(Instance instance, WorkerWatch watch) {
      this.instance = instance;
      this.watch = watch;
    }
  }

  /**
   * @param watcher who watches, for the workers' logs
   */
  public WorkerWatches(
      WorkerSet workers,
      KnownEndpoints known,
      String watcher,
      WatchConfig config,
      @Nullable ReloadingTls tls,
      Clock clock,
      Scheduler scheduler) {
    this.workers = workers;
    this.known = known;
    this.watcher = watcher;
    this.config = config;
    this.tls = tls;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** Starts with the workers that were known when this router last ran. */
  public void startWithKnown() {
    List<Instance> kept = known.load();
    synchronized (this) {
      kept.forEach(this::watch);
    }
    if (!kept.isEmpty()) {
      LOG.atInfo().addKeyValue("workers", kept.size()).log("workers known from disk");
    }
  }

  /** Takes discovery's newest list. */
  public void listed(List<Instance> instances) {
    List<WorkerWatch> dropped = new ArrayList<>();
    List<Instance> toKeep;
    synchronized (this) {
      if (closed) {
        return;
      }
      Set<String> names = new HashSet<>();
      for (Instance instance : instances) {
        names.add(instance.id());
        Watched there = watched.get(instance.id());
        if (there == null) {
          watch(instance);
        } else if (!there.instance.address().equals(instance.address())) {
          watched.remove(instance.id());
          dropped.add(there.watch);
          watch(instance);
        } else {
          there.listed = true;
        }
      }
      for (Watched each : List.copyOf(watched.values())) {
        if (!names.contains(each.instance.id())) {
          each.listed = false;
          if (!(each.watch.worker().health() instanceof WorkerHealth.Ready)) {
            watched.remove(each.instance.id());
            dropped.add(each.watch);
          }
        }
      }
      toKeep = watched.values().stream().map(w -> w.instance).toList();
    }
    dropped.forEach(this::drop);
    known.save(toKeep);
  }

  @GuardedBy("this")
  private void watch(Instance instance) {
    Worker worker = workers.add(instance.id(), instance.address());
    var watch = new WorkerWatch(worker, watcher, config, tls, clock, scheduler, this::believed);
    watched.put(instance.id(), new Watched(instance, watch));
    watch.start();
  }

  private void believed(WorkerWatch watch, WorkerHealth health) {
    boolean forget;
    synchronized (this) {
      Watched entry = watched.get(watch.worker().id());
      if (entry == null || entry.watch != watch) {
        return;
      }
      forget = !entry.listed && health instanceof WorkerHealth.Suspect;
      if (forget) {
        watched.remove(watch.worker().id());
      }
    }
    if (forget) {
      drop(watch);
      return;
    }
    if (changes(watch.worker().health(), health)) {
      LOG.atInfo()
          .addKeyValue("worker", watch.worker().id())
          .addKeyValue("health", health)
          .log("worker");
    }
    workers.update(watch.worker(), health);
  }

  private static boolean changes(WorkerHealth before, WorkerHealth after) {
    // a worker that cannot be reached at all is said once, with the reason
    boolean stillSuspect =
        before instanceof WorkerHealth.Suspect(var reason, var _)
            && after instanceof WorkerHealth.Suspect(var newReason, var _)
            && reason.equals(newReason);
    return !before.equals(after) && !stillSuspect;
  }

  private void drop(WorkerWatch watch) {
    LOG.atInfo().addKeyValue("worker", watch.worker().id()).log("worker forgotten");
    workers.remove(watch.worker());
    close(watch);
  }

  private static void close(WorkerWatch watch) {
    try {
      watch.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    List<WorkerWatch> all;
    synchronized (this) {
      closed = true;
      all = watched.values().stream().map(w -> w.watch).toList();
      watched.clear();
    }
    all.forEach(WorkerWatches::close);
    all.forEach(watch -> workers.remove(watch.worker()));
  }
}
