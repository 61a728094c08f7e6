package dev.weir.router.balance;

import dev.weir.platform.grpc.HostAndPort;
import dev.weir.router.policy.VersionId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One worker process, as the router sees it. Thread-safe. */
public final class Worker {
  private final String id;
  private final HostAndPort address;
  private final Upstream upstream;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final ReportedLoad load = new ReportedLoad();
  private final Map<VersionId, Replica> replicas = new ConcurrentHashMap<>();
  private volatile WorkerHealth health = new WorkerHealth.Suspect("not heard of yet", Set.of());

  Worker(String id, HostAndPort address, Upstream upstream) {
    this.id = id;
    this.address = address;
    this.upstream = upstream;
  }

  /** Instance id. */
  public String id() {
    return id;
  }

  /** Where it takes calls. */
  public HostAndPort address() {
    return address;
  }

  /** What carries calls to it. */
  public Upstream upstream() {
    return upstream;
  }

  /** What is believed of it now. */
  public WorkerHealth health() {
    return health;
  }

  /** This router's requests in it now. */
  public int inFlight() {
    return inFlight.get();
  }

  void health(WorkerHealth newHealth) {
    health = newHealth;
  }

  /** Counts a request; false, and it is not counted, when there are {@code most} already. */
  boolean tryStart(int most) {
    if (inFlight.incrementAndGet() <= most) {
      return true;
    }
    inFlight.decrementAndGet();
    return false;
  }

  void ended() {
    inFlight.decrementAndGet();
  }

  ReportedLoad load() {
    return load;
  }

  /** The same object for the same version, as long as the worker has it. */
  Replica replica(VersionId version, long nowNanos) {
    return replicas.computeIfAbsent(version, v -> new Replica(this, v, nowNanos));
  }

  void forgetAllBut(Set<VersionId> versions) {
    replicas.keySet().retainAll(versions);
  }
}
