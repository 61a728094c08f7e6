package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Scheduler;
import dev.weir.proto.discovery.v1.DeregisterRequest;
import dev.weir.proto.discovery.v1.DiscoveryServiceGrpc.DiscoveryServiceBlockingStub;
import dev.weir.proto.discovery.v1.RegisterRequest;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one instance's lease at the embedded service, by renewing it well before it ends. */
final class EmbeddedRegistration implements Discovery.Registration {
  /** Also the longest time after which a restarted service knows an instance again. */
  private static final Duration LONGEST_RENEWAL = Duration.ofSeconds(3);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);

  /**
   * Half of the two seconds that closing may wait: for a renewal under way, and for the farewell.
   */
  private static final long CALL_TIMEOUT_MILLIS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistration.class);

  private final Instance instance;
  private final RegisterRequest request;
  private final DiscoveryServiceBlockingStub stub;
  private final Scheduler scheduler;
  private final Problems problems;
  private final Consumer<EmbeddedRegistration> whenClosed;
  private final Duration renewal;
  private final String part;

  @GuardedBy("this")
  private Scheduler.Cancellable next = () -> {};

  @GuardedBy("this")
  private boolean ended;

  EmbeddedRegistration(
      Instance instance,
      Duration timeToLive,
      DiscoveryServiceBlockingStub stub,
      Scheduler scheduler,
      Problems problems,
      Consumer<EmbeddedRegistration> whenClosed) {
    this.instance = instance;
    this.request =
        RegisterRequest.newBuilder()
            .setInstance(InstanceMessages.toMessage(instance))
            .setTimeToLive(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(timeToLive.getSeconds())
                    .setNanos(timeToLive.getNano()))
            .build();
    this.stub = stub;
    this.scheduler = scheduler;
    this.problems = problems;
    this.whenClosed = whenClosed;
    this.renewal = shorter(timeToLive.dividedBy(3), LONGEST_RENEWAL);
    this.part = "registration of " + instance.service() + " " + instance.id();
  }

  synchronized void start() {
    problems.waiting(part);
    next = scheduler.after(Duration.ZERO, this::renew);
  }

  private synchronized void renew() {
    if (ended) {
      return;
    }
    Duration pause = renewal;
    try {
      Context.ROOT.call(() ->
          stub.withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).register(request));
      problems.working(part);
    } catch (StatusRuntimeException e) {
      problems.failing(part, EmbeddedDiscovery.reason(e.getStatus()));
      pause = shorter(renewal, LONGEST_RETRY);
    } catch (Exception e) {
      throw new IllegalStateException("renewing " + instance, e);
    }
    next = scheduler.after(pause, this::renew);
  }

  /** Renews no more, and leaves the lease to its end. */
  synchronized void abandon() {
    ended = true;
    next.cancel();
    problems.forget(part);
  }

  @Override
  public synchronized void close() {
    if (ended) {
      return;
    }
    abandon();
    whenClosed.accept(this);
    try {
      Context.ROOT.call(() ->
          stub.withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
              .deregister(
                  DeregisterRequest.newBuilder()
                      .setService(instance.service())
                      .setId(instance.id())
                      .build()));
    } catch (StatusRuntimeException e) {
      LOG.atWarn()
          .addKeyValue("instance", instance.id())
          .addKeyValue("reason", EmbeddedDiscovery.reason(e.getStatus()))
          .log("could not leave discovery, the lease ends by itself");
    } catch (Exception e) {
      throw new IllegalStateException("deregistering " + instance, e);
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
