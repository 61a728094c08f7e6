package dev.weir.router.balance;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.router.policy.VersionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The workers and which of them is picked: of the ready ones that have the version, the cheaper of
 * two at random (see {@link Candidates}). Ejected replicas are passed over, but for one request
 * that probes each when its back-off is over. The last replica of a version is never ejected, and
 * when all are out nevertheless (the others have left) all are tried. A worker that has only fallen
 * silent is tried when no ready one has the version. Thread-safe; picking does not lock.
 */
public final class WorkerSet {
  private final Function<HostAndPort, Upstream> connector;
  private final BalanceConfig balance;
  private final EjectionConfig ejection;
  private final String router;
  private final Clock clock;
  private final Ejections ejections;
  private final LongAdder full = new LongAdder();
  private final LongAdder uselessReports = new LongAdder();

  @GuardedBy("this")
  private final Map<String, Worker> workers = new LinkedHashMap<>();

  private volatile Map<VersionId, Candidates> candidates = Map.of();
  private volatile List<Worker> all = List.of();
  private volatile Runnable changeListener = () -> {};

  /**
   * @param connector opens what carries calls to an address; must not connect yet
   * @param router name of this router: decides which workers it uses when not all
   */
  public WorkerSet(
      Function<HostAndPort, Upstream> connector,
      BalanceConfig balance,
      EjectionConfig ejection,
      String router,
      Clock clock) {
    this.connector = connector;
    this.balance = balance;
    this.ejection = ejection;
    this.router = router;
    this.clock = clock;
    this.ejections = new Ejections(ejection);
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
      if (isUsed(worker)) {
        worker.upstream().wakeUp();
      }
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
    Map<VersionId, Candidates> before = candidates;
    var next = new HashMap<VersionId, Candidates>();
    byVersion.forEach(
        (version, list) -> next.put(version, compile(list, before.get(version), now)));
    // not Map.copyOf: that compares keys, and their texts, where this one compares hashes first
    candidates = next;
    all = List.copyOf(workers.values());
  }

  private Candidates compile(List<Replica> replicas, @Nullable Candidates before, long now) {
    return new Candidates(
        Subset.of(replicas, router, balance.subsetSize()),
        replicas,
        balance,
        ejection,
        before == null
            ? new AtomicLong(now + ejection.window().toNanos())
            : before.nextComparisonNanos());
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

  /** Whether this router sends it anything: false when the others of its versions do for it. */
  private boolean isUsed(Worker worker) {
    if (balance.subsetSize() == 0) {
      return true;
    }
    for (Candidates some : candidates.values()) {
      for (Replica replica : some.replicas()) {
        if (replica.worker() == worker) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Picks a worker.
   *
   * @param version version that it must have
   * @param avoid a worker that was tried already; null: none
   * @param alsoAvoid another one; null: none
   * @param nowNanos the clock's time
   * @param random the calling thread's
   * @return null when there is none: {@link #isFull} says whether for want of room
   */
  public @Nullable Lease lease(
      VersionId version,
      @Nullable Worker avoid,
      @Nullable Worker alsoAvoid,
      long nowNanos,
      RandomGenerator random) {
    Candidates all = candidates.get(version);
    if (all == null) {
      return null;
    }
    Replica picked = all.pick(avoid, alsoAvoid, nowNanos, ejections.count(), random);
    return picked == null ? null : new Lease(this, all, picked);
  }

  /**
   * Takes the worker that a sequence belongs to, which keeps state of it: the same one for every
   * router while the ready workers that have the version stay the same. Neither cost nor ejections
   * nor subsets count.
   *
   * @param version version that it must have
   * @param sequence the sequence's key, well mixed
   * @param nowNanos the clock's time
   * @return null when there is none: {@link #isFull} says whether for want of room
   */
  public @Nullable Lease leaseFor(VersionId version, long sequence, long nowNanos) {
    Candidates all = candidates.get(version);
    if (all == null) {
      return null;
    }
    Replica picked = all.pickFor(sequence, nowNanos);
    return picked == null ? null : new Lease(this, all, picked);
  }

  /**
   * Whether some ready worker has the version but takes no more requests of this router. Counts.
   */
  public boolean isFull(VersionId version) {
    Candidates all = candidates.get(version);
    boolean isFull = all != null && all.isFull();
    if (isFull) {
      full.increment();
    }
    return isFull;
  }

  /**
   * @param pickedOf may be those of an earlier time: good enough to know when peers are compared
   */
  void judge(
      Candidates pickedOf,
      Replica replica,
      Lease.Impression impression,
      long latencyNanos,
      long now) {
    replica.observe(impression, latencyNanos, now, balance);
    switch (impression) {
      case ANSWERED -> replica.succeeded(now, ejection);
      case FAILED -> {
        Candidates all = candidates.get(replica.version());
        if (all != null) {
          ejections.failed(replica, all, now);
        }
      }
      // an error brings nobody back who was out, and alone takes nobody out
      case ERRED, BUSY, NONE -> {}
    }
    if (pickedOf.isComparisonDue(now)) {
      Candidates all = candidates.get(replica.version());
      if (all != null) {
        ejections.compare(all, now);
      }
    }
  }

  void loadReport(Worker worker, ByteBuffer report) {
    double utilization = LoadReport.utilization(report);
    if (utilization == LoadReport.NONE) {
      uselessReports.increment();
    } else {
      worker.load().report(utilization, clock.nanoTime());
    }
  }

  void loadReport(Worker worker, CharSequence base64) {
    ByteBuffer report;
    try {
      report = ByteBuffer.wrap(Base64.getDecoder().decode(base64.toString()));
    } catch (IllegalArgumentException e) {
      uselessReports.increment();
      return;
    }
    loadReport(worker, report);
  }

  /** Ejections that the rules asked for. */
  public long ejectionsDetected(EjectionReason reason) {
    return ejections.detected(reason);
  }

  /** Ejections that were made. */
  public long ejectionsEnforced(EjectionReason reason) {
    return ejections.enforced(reason);
  }

  /** Requests that found no worker with room. */
  public long full() {
    return full.sum();
  }

  /** Load reports that could not be read, or said nothing about how busy the worker is. */
  public long uselessLoadReports() {
    return uselessReports.sum();
  }
}
