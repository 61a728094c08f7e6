package dev.weir.router.balance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.router.policy.VersionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The workers and which of them is picked: of the ready ones that have the version, the one with
 * the fewest requests of this router in flight, all of them compared when they are few, else two at
 * random. Ejected replicas are passed over, but for one request that probes each when its back-off
 * is over. The last replica of a version is never ejected, and when all are out nevertheless (two
 * failed at the same moment) all are tried. A worker that has only fallen silent is tried when no
 * ready one has the version. Thread-safe; picking does not lock.
 */
public final class WorkerSet {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerSet.class);
  private static final int FEW = 8;

  private final Function<HostAndPort, Upstream> connector;
  private final EjectionConfig config;
  private final Clock clock;
  private final LongAdder detected = new LongAdder();
  private final LongAdder enforced = new LongAdder();

  @GuardedBy("this")
  private final Map<String, Worker> workers = new LinkedHashMap<>();

  private volatile Map<VersionId, Replica[]> candidates = Map.of();
  private volatile List<Worker> all = List.of();
  private volatile Runnable changeListener = () -> {};

  /**
   * @param connector opens what carries calls to an address; must not connect yet
   */
  public WorkerSet(Function<HostAndPort, Upstream> connector, EjectionConfig config, Clock clock) {
    this.connector = connector;
    this.config = config;
    this.clock = clock;
  }

  /** Called after each change of what is ready, on the changing thread. */
  public void onChange(Runnable listener) {
    changeListener = listener;
  }

  /** Makes a worker known: not ready until its health says so. The same one when it is known. */
  public synchronized Worker add(String id, HostAndPort address) {
    Worker known = workers.get(id);
    if (known != null && known.address().equals(address)) {
      return known;
    }
    if (known != null) {
      known.upstream().close();
    }
    var worker = new Worker(id, address, connector.apply(address));
    workers.put(id, worker);
    publish();
    return worker;
  }

  /** Forgets a worker; its attempts in flight go on. */
  public void remove(Worker worker) {
    synchronized (this) {
      workers.remove(worker.id(), worker);
      worker.health(new WorkerHealth.Suspect("removed", Set.of()));
      publish();
    }
    worker.upstream().close();
    changeListener.run();
  }

  /** Takes what is now believed of a worker. */
  public void update(Worker worker, WorkerHealth health) {
    WorkerHealth before = worker.health();
    if (before.equals(health)) {
      return;
    }
    synchronized (this) {
      worker.health(health);
      publish();
    }
    if (health instanceof WorkerHealth.Ready && !(before instanceof WorkerHealth.Ready)) {
      worker.upstream().wakeUp();
    }
    changeListener.run();
  }

  @GuardedBy("this")
  private void publish() {
    long now = clock.nanoTime();
    var byVersion = new HashMap<VersionId, List<Replica>>();
    var lastResort = new HashMap<VersionId, List<Replica>>();
    for (Worker worker : workers.values()) {
      switch (worker.health()) {
        case WorkerHealth.Ready(var available) -> {
          worker.forgetAllBut(available);
          addReplicas(byVersion, worker, available, now);
        }
        case WorkerHealth.Suspect(var reason, var lastAvailable) ->
            addReplicas(lastResort, worker, lastAvailable, now);
        case WorkerHealth.NotTakingWork _ -> {}
      }
    }
    lastResort.forEach(byVersion::putIfAbsent);
    var next = new HashMap<VersionId, Replica[]>();
    byVersion.forEach((version, list) -> next.put(version, list.toArray(Replica[]::new)));
    candidates = Map.copyOf(next);
    all = List.copyOf(workers.values());
  }

  private static void addReplicas(
      Map<VersionId, List<Replica>> to, Worker worker, Set<VersionId> versions, long now) {
    for (VersionId version : versions) {
      to.computeIfAbsent(version, v -> new ArrayList<>()).add(worker.replica(version, now));
    }
  }

  /** All known workers. */
  public Collection<Worker> workers() {
    return all;
  }

  /** Whether some ready worker has the version. */
  public boolean hasReady(VersionId version) {
    return candidates.containsKey(version);
  }

  /** Whether any worker takes work. */
  public boolean hasReady() {
    return all.stream().anyMatch(w -> w.health() instanceof WorkerHealth.Ready);
  }

  /**
   * Picks a worker.
   *
   * @param version version that it must have
   * @param avoid a worker that was tried already; null: none
   * @param random the calling thread's
   */
  public Optional<Lease> lease(VersionId version, @Nullable Worker avoid, RandomGenerator random) {
    Replica[] replicas = candidates.get(version);
    if (replicas == null) {
      return Optional.empty();
    }
    long now = clock.nanoTime();
    Replica picked = dueProbe(replicas, avoid, now);
    if (picked == null) {
      picked =
          replicas.length <= FEW
              ? leastLoaded(replicas, avoid, false, random)
              : betterOfTwo(replicas, avoid, random);
    }
    if (picked == null) {
      picked = leastLoaded(replicas, avoid, true, random);
    }
    return picked == null ? Optional.empty() : Optional.of(new Lease(this, picked));
  }

  private @Nullable Replica dueProbe(Replica[] replicas, @Nullable Worker avoid, long now) {
    for (Replica replica : replicas) {
      if (!replica.isIn() && replica.worker() != avoid && replica.tryProbe(now, config)) {
        replica.worker().upstream().wakeUp();
        return replica;
      }
    }
    return null;
  }

  private static @Nullable Replica leastLoaded(
      Replica[] replicas, @Nullable Worker avoid, boolean alsoEjected, RandomGenerator random) {
    Replica best = null;
    // a random start, or the first of equals would get all of a quiet router's traffic
    int start = replicas.length == 1 ? 0 : random.nextInt(replicas.length);
    for (int i = 0; i < replicas.length; i++) {
      Replica replica = replicas[(start + i) % replicas.length];
      boolean usable = replica.worker() != avoid && (alsoEjected || replica.isIn());
      if (usable && (best == null || replica.worker().inFlight() < best.worker().inFlight())) {
        best = replica;
      }
    }
    return best;
  }

  private static @Nullable Replica betterOfTwo(
      Replica[] replicas, @Nullable Worker avoid, RandomGenerator random) {
    int first = random.nextInt(replicas.length);
    int second = random.nextInt(replicas.length - 1);
    if (second >= first) {
      second++;
    }
    Replica one = replicas[first];
    Replica other = replicas[second];
    boolean oneUsable = one.isIn() && one.worker() != avoid;
    boolean otherUsable = other.isIn() && other.worker() != avoid;
    if (oneUsable && otherUsable) {
      return other.worker().inFlight() < one.worker().inFlight() ? other : one;
    }
    if (oneUsable || otherUsable) {
      return oneUsable ? one : other;
    }
    return leastLoaded(replicas, avoid, false, random);
  }

  void judge(Replica replica, Lease.Impression impression) {
    switch (impression) {
      case ANSWERED -> replica.succeeded(clock.nanoTime(), config);
      case FAILED -> failed(replica, clock.nanoTime());
      case NONE -> {}
    }
  }

  private void failed(Replica replica, long now) {
    boolean ejects = replica.wouldEject(now, config);
    if (!ejects) {
      replica.failed(now, config);
      return;
    }
    detected.increment();
    boolean allowed = config.enforced() && othersIn(replica);
    if (allowed) {
      replica.failed(now, config);
      enforced.increment();
    } else {
      replica.failedButKept(now);
    }
    LOG.atLevel(allowed ? Level.WARN : Level.DEBUG)
        .addKeyValue("worker", replica.worker().id())
        .addKeyValue("version", replica.version())
        .addKeyValue("enforced", allowed)
        .log("failures in a row: ejection");
  }

  private boolean othersIn(Replica replica) {
    Replica[] replicas = candidates.get(replica.version());
    if (replicas != null) {
      for (Replica other : replicas) {
        if (other != replica && other.isIn()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Ejections that the rule asked for. */
  public long ejectionsDetected() {
    return detected.sum();
  }

  /** Ejections that were made. */
  public long ejectionsEnforced() {
    return enforced.sum();
  }
}
