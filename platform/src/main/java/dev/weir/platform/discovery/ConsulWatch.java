package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.HealthClient;
import org.kiwiproject.consul.model.ConsulResponse;
import org.kiwiproject.consul.model.health.Service;
import org.kiwiproject.consul.model.health.ServiceHealth;
import org.kiwiproject.consul.option.ImmutableQueryOptions;
import org.kiwiproject.consul.option.QueryOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one service's passing instances by blocking queries, one after the other on the
 * scheduler's threads. Consul's index tells what was seen. When Consul was away, or its index goes
 * back, it may have lost its state: then for a while nobody is taken away, since the instances may
 * only not have registered anew yet.
 */
final class ConsulWatch implements Source.Watch {
  private static final int BLOCK_SECONDS = 10;

  /** Three renewals of the slowest instance. */
  private static final Duration SETTLING = Duration.ofSeconds(10);

  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(ConsulWatch.class);

  private final HealthClient health;
  private final String name;
  private final String service;
  private final KnownInstances known;
  private final Clock clock;
  private final Scheduler scheduler;
  private final Problems problems;
  private final String part;

  // these three are the query's own: queries never overlap
  private BigInteger index = BigInteger.ZERO;
  private Duration retry = FIRST_RETRY;
  private @Nullable Long settledNanos;

  @GuardedBy("this")
  private boolean ended;

  ConsulWatch(
      HealthClient health,
      String prefix,
      String service,
      KnownInstances known,
      Clock clock,
      Scheduler scheduler,
      Problems problems) {
    this.health = health;
    this.name = prefix + service;
    this.service = service;
    this.known = known;
    this.clock = clock;
    this.scheduler = scheduler;
    this.problems = problems;
    this.part = "watch of " + service;
  }

  @Override
  public void start() {
    problems.waiting(part);
    scheduler.after(Duration.ZERO, this::query);
  }

  /** A query that blocks is left to its end, at most 11 seconds; its answer is ignored. */
  @Override
  public synchronized void end() {
    ended = true;
    problems.forget(part);
  }

  private void query() {
    synchronized (this) {
      if (ended) {
        return;
      }
    }
    Duration pause;
    try {
      pause = ask();
    } catch (ConsulException e) {
      pause = failed(ConsulSource.reason(e));
    }
    synchronized (this) {
      if (!ended) {
        scheduler.after(pause, this::query);
      }
    }
  }

  private void settle() {
    settledNanos = clock.nanoTime() + SETTLING.toNanos();
  }

  /** Returns the pause before the next query. */
  private Duration ask() {
    long askedNanos = clock.nanoTime();
    boolean settling = settledNanos != null;
    ConsulResponse<List<ServiceHealth>> response =
        health.getHealthyServiceInstances(name, options(settling));
    BigInteger answered = response.getIndex();
    boolean nothingNew = answered.equals(index);
    if (answered.compareTo(index) < 0) {
      LOG.atWarn()
          .addKeyValue("service", service)
          .log("Consul has lost its state; for a while only additions are taken");
      settle();
    } else if (settledNanos != null && clock.nanoTime() - settledNanos >= 0) {
      settledNanos = null;
    }
    index = answered.max(BigInteger.ONE);
    publish(response.getResponse());
    boolean answeredAtOnce = clock.nanoTime() - askedNanos < FIRST_RETRY.toNanos();
    if (nothingNew && answeredAtOnce) {
      // a server that does not block must not be asked in a tight loop
      return LONGEST_RETRY;
    }
    retry = FIRST_RETRY;
    return Duration.ZERO;
  }

  private QueryOptions options(boolean settling) {
    if (index.signum() == 0) {
      return ImmutableQueryOptions.builder().build();
    }
    return QueryOptions.blockSeconds(settling ? 1 : BLOCK_SECONDS, index).build();
  }

  private void publish(List<ServiceHealth> entries) {
    List<Instance> instances = new ArrayList<>(entries.size());
    for (ServiceHealth entry : entries) {
      try {
        instances.add(instance(entry));
      } catch (InvalidValueException e) {
        LOG.atWarn()
            .addKeyValue("service", service)
            .addKeyValue("instance", entry.getService().getId())
            .addKeyValue("reason", e.getMessage())
            .log("discovered instance ignored");
      }
    }
    synchronized (this) {
      if (ended) {
        return;
      }
      problems.working(part);
    }
    if (settledNanos == null) {
      known.replace(instances);
    } else {
      known.merge(instances);
    }
  }

  private Instance instance(ServiceHealth entry) {
    Service found = entry.getService();
    var metadata = new HashMap<>(found.getMeta());
    String ownId = metadata.remove(ConsulLease.ID);
    String host = found.getAddress().isEmpty() ? entry.getNode().getAddress() : found.getAddress();
    return new Instance(
        service,
        ownId == null ? found.getId() : ownId,
        new HostAndPort(host, found.getPort()),
        metadata);
  }

  private synchronized Duration failed(String reason) {
    if (!ended) {
      problems.failing(part, reason);
    }
    settle();
    index = BigInteger.ZERO;
    Duration pause = retry;
    Duration doubled = retry.multipliedBy(2);
    retry = doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
    return pause;
  }
}
