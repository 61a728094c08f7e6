package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A discovery whose instances live elsewhere: one watch for each service, however many listen, and
 * one renewal for each registration.
 */
final class SourceDiscovery implements Discovery {
  private final Source source;
  private final Duration timeToLive;
  private final Scheduler scheduler;
  private final Problems problems = new Problems();

  @GuardedBy("this")
  private final Map<String, Followed> followed = new HashMap<>();

  @GuardedBy("this")
  private final Set<RenewedRegistration> registrations = new HashSet<>();

  @GuardedBy("this")
  private boolean closed;

  private static final class Followed {
    final KnownInstances known;
    final Source.Watch watch;
    int subscriptions;

    Followed(KnownInstances known, Source.Watch watch) {
      this.known = known;
      this.watch = watch;
    }
  }

  SourceDiscovery(Source source, Duration timeToLive, Scheduler scheduler) {
    this.source = source;
    this.timeToLive = timeToLive;
    this.scheduler = scheduler;
  }

  @Override
  public Registration register(Instance instance) {
    RenewedRegistration registration;
    synchronized (this) {
      checkOpen();
      registration =
          new RenewedRegistration(
              instance, timeToLive, source.lease(instance), scheduler, problems, this::forget);
      registrations.add(registration);
    }
    registration.start();
    return registration;
  }

  private synchronized void forget(RenewedRegistration registration) {
    registrations.remove(registration);
  }

  @Override
  public Subscription watch(String service, Consumer<List<Instance>> listener) {
    Followed shared;
    boolean first;
    synchronized (this) {
      checkOpen();
      shared = followed.computeIfAbsent(service, this::follow);
      first = shared.subscriptions++ == 0;
    }
    Subscription subscription = shared.known.follow(listener, () -> release(service, shared));
    if (first) {
      shared.watch.start();
    }
    return subscription;
  }

  private Followed follow(String service) {
    var known = new KnownInstances(service);
    return new Followed(known, source.watch(service, known, problems));
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
    List<RenewedRegistration> leases;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      watches = List.copyOf(followed.values());
      leases = List.copyOf(registrations);
      followed.clear();
      registrations.clear();
    }
    watches.forEach(entry -> {
      entry.watch.end();
      entry.known.end();
    });
    source.close();
    leases.forEach(RenewedRegistration::abandon);
  }
}
