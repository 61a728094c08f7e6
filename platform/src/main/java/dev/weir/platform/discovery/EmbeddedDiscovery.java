package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The registry's own discovery, seen from a client. */
final class EmbeddedDiscovery implements Discovery {
  private final Channel registry;
  private final Duration timeToLive;
  private final Scheduler scheduler;
  private final Problems problems = new Problems();

  @GuardedBy("this")
  private final Map<String, Followed> followed = new HashMap<>();

  @GuardedBy("this")
  private final Set<EmbeddedRegistration> registrations = new HashSet<>();

  @GuardedBy("this")
  private boolean closed;

  private static final class Followed {
    final KnownInstances known;
    final EmbeddedWatch watch;
    int subscriptions;

    Followed(KnownInstances known, EmbeddedWatch watch) {
      this.known = known;
      this.watch = watch;
    }
  }

  EmbeddedDiscovery(Channel registry, Duration timeToLive, Scheduler scheduler) {
    this.registry = registry;
    this.timeToLive = timeToLive;
    this.scheduler = scheduler;
  }

  @Override
  public Registration register(Instance instance) {
    var registration =
        new EmbeddedRegistration(
            instance,
            timeToLive,
            DiscoveryServiceGrpc.newBlockingStub(registry),
            scheduler,
            problems,
            this::forget);
    synchronized (this) {
      checkOpen();
      registrations.add(registration);
    }
    registration.start();
    return registration;
  }

  private synchronized void forget(EmbeddedRegistration registration) {
    registrations.remove(registration);
  }

  @Override
  public Subscription watch(String service, Consumer<List<Instance>> listener) {
    Followed entry;
    boolean first;
    synchronized (this) {
      checkOpen();
      entry = followed.computeIfAbsent(service, this::follow);
      first = entry.subscriptions++ == 0;
    }
    Followed shared = entry;
    Subscription subscription = shared.known.follow(listener, () -> release(service, shared));
    if (first) {
      shared.watch.start();
    }
    return subscription;
  }

  private Followed follow(String service) {
    var known = new KnownInstances(service);
    return new Followed(
        known,
        new EmbeddedWatch(
            service, known, DiscoveryServiceGrpc.newStub(registry), scheduler, problems));
  }

  private void release(String service, Followed entry) {
    synchronized (this) {
      if (--entry.subscriptions > 0) {
        return;
      }
      followed.remove(service, entry);
    }
    entry.watch.end();
  }

  @GuardedBy("this")
  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("discovery is closed");
    }
  }

  @Override
  public String problem() {
    return problems.summary();
  }

  @Override
  public void close() {
    List<Followed> watches;
    List<EmbeddedRegistration> leases;
    synchronized (this) {
      closed = true;
      watches = List.copyOf(followed.values());
      leases = List.copyOf(registrations);
      followed.clear();
      registrations.clear();
    }
    leases.forEach(EmbeddedRegistration::abandon);
    watches.forEach(entry -> {
      entry.watch.end();
      entry.known.end();
    });
  }

  /** A status in words for health pages and logs. */
  static String reason(Status status) {
    String description = status.getDescription();
    return description == null
        ? status.getCode().toString()
        : status.getCode() + ", " + description;
  }
}
