package dev.weir.platform.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Scheduler;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one instance's lease by renewing it well before it ends. */
final class RenewedRegistration implements Discovery.Registration {
  /** Also the longest time after which a restarted source knows the instance again. */
  private static final Duration LONGEST_RENEWAL = Duration.ofSeconds(3);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(RenewedRegistration.class);

  private final Source.Lease lease;
  private final Scheduler scheduler;
  private final Problems problems;
  private final Consumer<RenewedRegistration> whenClosed;
  private final Duration renewal;
  private final String part;

  @GuardedBy("this")
  private Scheduler.Cancellable next = () -> {};

  @GuardedBy("this")
  private boolean ended;

  RenewedRegistration(
      Instance instance,
      Duration timeToLive,
      Source.Lease lease,
      Scheduler scheduler,
      Problems problems,
      Consumer<RenewedRegistration> whenClosed) {
    this.lease = lease;
    this.scheduler = scheduler;
    this.problems = problems;
    this.whenClosed = whenClosed;
    this.renewal = shorter(timeToLive.dividedBy(3), LONGEST_RENEWAL);
    this.part = "registration of " + instance.service() + " " + instance.id();
  }

  synchronized void start() {
    if (!ended) {
      problems.waiting(part);
      next = scheduler.after(Duration.ZERO, this::renew);
    }
  }

  private synchronized void renew() {
    if (ended) {
      return;
    }
    Duration pause = renewal;
    try {
      lease.renew();
      problems.working(part);
    } catch (SourceFailure e) {
      problems.failing(part, String.valueOf(e.getMessage()));
      pause = shorter(renewal, LONGEST_RETRY);
    }
    next = scheduler.after(pause, this::renew);
  }

  /** Renews no more, and leaves the lease to its end. */
  synchronized void abandon() {
    ended = true;
    next.cancel();
    problems.forget(part);
  }

  /** The lock makes it wait for a renewal under way: one that came after would undo it. */
  @Override
  public synchronized void close() {
    if (ended) {
      return;
    }
    abandon();
    whenClosed.accept(this);
    try {
      lease.leave();
    } catch (SourceFailure e) {
      LOG.atWarn()
          .addKeyValue("what", part)
          .addKeyValue("reason", e.getMessage())
          .log("could not leave discovery, the lease ends by itself");
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
