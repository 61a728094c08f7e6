package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.error.Check;
import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.time.Clock;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DeregisterResponse;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc;
import dev.weir.proto.discovery.v1.RegisterRequest;
import dev.weir.proto.discovery.v1.RegisterResponse;
import dev.weir.proto.discovery.v1.WatchRequest;
import dev.weir.proto.discovery.v1.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded discovery, where it is served: leases in memory, ended by time, and watches that
 * always get the newest list. One lock guards the leases; it is never held while a watch is told.
 * Leases are gone after a restart, so for the first {@link EmbeddedDiscoveryConfig#startingTime()}
 * lists are marked as possibly incomplete.
 */
public final class EmbeddedDiscoveryService extends DiscoveryServiceGrpc.DiscoveryServiceImplBase
    implements AutoCloseable {
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
  private static final Duration LONGEST_LEASE = Duration.ofMinutes(5);

  /** A timer that is later than this means that this process stood still, not the instances. */
  private static final Duration STANDSTILL = Duration.ofSeconds(1);

  private static final AttributeKey<String> WHAT = AttributeKey.stringKey("what");
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDiscoveryService.class);

  private final Clock clock;
  private final Scheduler scheduler;
  private final EmbeddedDiscoveryConfig config;
  private final LongCounter refused;
  private final LongCounter expired;
  private final long createdNanos;

  @GuardedBy("this")
  private final Map<String, ServiceLeases> services = new HashMap<>();

  @GuardedBy("this")
  private int instanceCount;

  @GuardedBy("this")
  private int watchCount;

  @GuardedBy("this")
  private boolean startingArmed;

  @GuardedBy("this")
  private boolean started;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param clock for the ends of leases
   * @param scheduler for the ends of leases
   * @param meter gets {@code weir_discovery_refused} (by what) and {@code weir_discovery_expired},
   *     and the gauges {@code weir_discovery_instances} and {@code weir_discovery_watches}
   */
  public EmbeddedDiscoveryService(
      Clock clock, Scheduler scheduler, EmbeddedDiscoveryConfig config, Meter meter) {
    this.clock = clock;
    this.scheduler = scheduler;
    this.config = config;
    this.createdNanos = clock.nanoTime();
    this.refused =
        meter
            .counterBuilder("weir_discovery_refused")
            .setDescription("Registrations and watches refused because a limit was reached")
            .build();
    this.expired =
        meter
            .counterBuilder("weir_discovery_expired")
            .setDescription("Instances that were gone because they did not renew their lease")
            .build();
    meter
        .gaugeBuilder("weir_discovery_instances")
        .ofLongs()
        .setDescription("Instances registered")
        .buildWithCallback(gauge -> gauge.record(instances()));
    meter
        .gaugeBuilder("weir_discovery_watches")
        .ofLongs()
        .setDescription("Watches open")
        .buildWithCallback(gauge -> gauge.record(watches()));
  }

  /** Instances registered. */
  public synchronized int instances() {
    return instanceCount;
  }

  /** Watches open. */
  public synchronized int watches() {
    return watchCount;
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> response) {
    Instance instance;
    Duration timeToLive;
    try {
      instance = InstanceMessages.fromMessage(request.getInstance());
      timeToLive =
          Check.inRange(
              "time_to_live",
              Duration.ofSeconds(
                  request.getTimeToLive().getSeconds(), request.getTimeToLive().getNanos()),
              SHORTEST_LEASE,
              LONGEST_LEASE);
    } catch (InvalidValueException e) {
      response.onError(invalid(e));
      return;
    }
    Status refusal = lease(instance, timeToLive);
    if (refusal != null) {
      response.onError(refusal.asRuntimeException());
      return;
    }
    response.onNext(RegisterResponse.getDefaultInstance());
    response.onCompleted();
  }

  private @Nullable Status lease(Instance instance, Duration timeToLive) {
    List<WatchStream> toTell = List.of();
    synchronized (this) {
      if (closed) {
        return stopping();
      }
      armStarting();
      ServiceLeases leases = services.computeIfAbsent(instance.service(), s -> leases());
      Lease lease = leases.byId.get(instance.id());
      if (lease == null) {
        if (instanceCount >= config.maxInstances()) {
          removeIfUnused(instance.service(), leases);
          refused.add(1, Attributes.of(WHAT, "registration"));
          return Status.RESOURCE_EXHAUSTED.withDescription(
              instanceCount + " instances are registered (max-instances)");
        }
        instanceCount++;
        lease = new Lease(instance, timeToLive);
        leases.byId.put(instance.id(), lease);
        arm(lease, timeToLive);
        toTell = leases.changed(!started);
        LOG.atInfo()
            .addKeyValue("service", instance.service())
            .addKeyValue("instance", instance.id())
            .addKeyValue("address", instance.address())
            .log("instance joined");
      } else {
        lease.endNanos = clock.nanoTime() + timeToLive.toNanos();
        if (!lease.timeToLive.equals(timeToLive)) {
          lease.timeToLive = timeToLive;
          lease.timer.cancel();
          arm(lease, timeToLive);
        }
        if (!lease.instance.equals(instance)) {
          LOG.atInfo()
              .addKeyValue("service", instance.service())
              .addKeyValue("instance", instance.id())
              .addKeyValue("before", lease.instance.address())
              .addKeyValue("address", instance.address())
              .log("instance changed");
          lease.instance = instance;
          toTell = leases.changed(!started);
        }
      }
    }
    toTell.forEach(WatchStream::deliver);
    return null;
  }

  @GuardedBy("this")
  private void arm(Lease lease, Duration delay) {
    lease.endNanos = Math.max(lease.endNanos, clock.nanoTime() + delay.toNanos());
    lease.timer = scheduler.after(delay, () -> endIfDue(lease));
  }

  private void endIfDue(Lease lease) {
    List<WatchStream> toTell;
    synchronized (this) {
      ServiceLeases leases = services.get(lease.instance.service());
      if (closed || leases == null || leases.byId.get(lease.instance.id()) != lease) {
        return;
      }
      long leftNanos = lease.endNanos - clock.nanoTime();
      if (leftNanos > 0) {
        lease.timer = scheduler.after(Duration.ofNanos(leftNanos), () -> endIfDue(lease));
        return;
      }
      if (-leftNanos > STANDSTILL.toNanos()) {
        arm(lease, lease.timeToLive);
        return;
      }
      expired.add(1);
      LOG.atWarn()
          .addKeyValue("service", lease.instance.service())
          .addKeyValue("instance", lease.instance.id())
          .log("instance gone, its lease was not renewed");
      toTell = remove(leases, lease);
    }
    toTell.forEach(WatchStream::deliver);
  }

  @GuardedBy("this")
  private List<WatchStream> remove(ServiceLeases leases, Lease lease) {
    instanceCount--;
    leases.byId.remove(lease.instance.id());
    List<WatchStream> toTell = leases.changed(!started);
    removeIfUnused(lease.instance.service(), leases);
    return toTell;
  }

  @Override
  public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> response) {
    List<WatchStream> toTell = List.of();
    synchronized (this) {
      ServiceLeases leases = services.get(request.getService());
      Lease lease = leases == null ? null : leases.byId.get(request.getId());
      if (leases != null && lease != null) {
        lease.timer.cancel();
        toTell = remove(leases, lease);
        LOG.atInfo()
            .addKeyValue("service", request.getService())
            .addKeyValue("instance", request.getId())
            .log("instance left");
      }
    }
    toTell.forEach(WatchStream::deliver);
    response.onNext(DeregisterResponse.getDefaultInstance());
    response.onCompleted();
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> response) {
    var call = (ServerCallStreamObserver<WatchResponse>) response;
    WatchStream stream;
    synchronized (this) {
      Status refusal = refuseWatch(request.getService());
      if (refusal != null) {
        call.onError(refusal.asRuntimeException());
        return;
      }
      armStarting();
      ServiceLeases leases = services.computeIfAbsent(request.getService(), s -> leases());
      stream = new WatchStream(call, leases);
      leases.watches.add(stream);
      watchCount++;
      call.setOnCancelHandler(() -> leave(request.getService(), stream));
      call.setOnReadyHandler(stream::deliver);
    }
    stream.deliver();
  }

  @GuardedBy("this")
  private @Nullable Status refuseWatch(String service) {
    if (closed) {
      return stopping();
    }
    try {
      Check.inRange("service length", service.length(), 1, Instance.MAX_NAME_LENGTH);
    } catch (InvalidValueException e) {
      return Status.INVALID_ARGUMENT.withDescription(e.getMessage());
    }
    if (watchCount >= config.maxWatches()) {
      refused.add(1, Attributes.of(WHAT, "watch"));
      return Status.RESOURCE_EXHAUSTED.withDescription(
          watchCount + " watches are open (max-watches)");
    }
    return null;
  }

  private synchronized void leave(String service, WatchStream stream) {
    ServiceLeases leases = services.get(service);
    if (leases != null && leases.watches.remove(stream)) {
      watchCount--;
      removeIfUnused(service, leases);
    }
  }

  @GuardedBy("this")
  private ServiceLeases leases() {
    return new ServiceLeases(!started);
  }

  @GuardedBy("this")
  private void removeIfUnused(String service, ServiceLeases leases) {
    if (leases.byId.isEmpty() && leases.watches.isEmpty()) {
      services.remove(service, leases);
    }
  }

  /** Done with the first call and not by the constructor, which must not start a timer. */
  @GuardedBy("this")
  private void armStarting() {
    if (startingArmed) {
      return;
    }
    startingArmed = true;
    long leftNanos = config.startingTime().toNanos() - (clock.nanoTime() - createdNanos);
    if (leftNanos <= 0) {
      started = true;
    } else {
      scheduler.after(Duration.ofNanos(leftNanos), this::endStarting);
    }
  }

  private void endStarting() {
    List<WatchStream> toTell;
    synchronized (this) {
      started = true;
      toTell = services.values().stream().flatMap(s -> s.changed(false).stream()).toList();
    }
    toTell.forEach(WatchStream::deliver);
  }

  /** Ends all watches and takes no more, so that a server that drains does not wait for them. */
  @Override
  public void close() {
    List<WatchStream> open;
    synchronized (this) {
      closed = true;
      open = services.values().stream().flatMap(s -> s.watches.stream()).toList();
      services.values().forEach(s -> s.byId.values().forEach(lease -> lease.timer.cancel()));
      services.clear();
      instanceCount = 0;
      watchCount = 0;
    }
    open.forEach(stream -> stream.end(stopping()));
  }

  private static Status stopping() {
    return Status.UNAVAILABLE.withDescription("discovery is stopping");
  }

  private static RuntimeException invalid(InvalidValueException e) {
    return Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
  }
}
