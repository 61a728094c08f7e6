package dev.weir.router.outcome;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.Timestamp;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.Exposure;
import dev.weir.router.policy.Decision;
import dev.weir.router.policy.ExperimentArm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Who saw what: for each unit of an experiment the first answer that an arm of it gave. A unit that
 * sees another arm later, since the weights were changed, is told of again. Bounded: what does not
 * fit is dropped and counted. Thread-safe; {@link #answered} is lock-free, and costs a comparison
 * when the request is in no experiment.
 */
public final class ExposureLog {
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final ExposureConfig config;
  private final Clock clock;
  private final LongAdder dropped = new LongAdder();
  private final Queue<Seen> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();
  // made when the first exposure comes: most routers have none
  private volatile @Nullable SeenUnits seen;

  @GuardedBy("this")
  private Set<String> running = Set.of();

  private record Seen(String route, ExperimentArm arm, long unit, Instant at) {}

  public ExposureLog(ExposureConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** A request was answered well by what was decided. */
  public void answered(Decision.Routed decision) {
    ExperimentArm arm = decision.experiment();
    if (arm != null) {
      exposed(decision.route().name(), arm, decision.unit());
    }
  }

  private void exposed(String route, ExperimentArm arm, long unit) {
    if (waitingCount.get() >= config.maxWaiting()) {
      // not remembered: the unit's next request may be told of
      dropped.increment();
      return;
    }
    switch (units().add(identity(route, arm, unit))) {
      case SEEN -> {}
      case NO_ROOM -> dropped.increment();
      case FIRST -> {
        waitingCount.incrementAndGet();
        waiting.add(new Seen(route, arm, unit, clock.now()));
      }
    }
  }

  /** One number for a unit in an arm; never 0. */
  private static long identity(String route, ExperimentArm arm, long unit) {
    long within =
        (route.hashCode() * 31L + arm.experiment().hashCode()) * 31L + arm.name().hashCode();
    long identity = (unit ^ within * SPREAD) * SPREAD;
    return identity == 0 ? 1 : identity;
  }

  private SeenUnits units() {
    SeenUnits there = seen;
    if (there != null) {
      return there;
    }
    synchronized (this) {
      if (seen == null) {
        seen = new SeenUnits(config.maxUnits());
      }
      return seen;
    }
  }

  /** Takes the oldest exposures, at most this many. */
  public List<Exposure> take(int most) {
    var taken = new ArrayList<Exposure>();
    while (taken.size() < most) {
      Seen next = waiting.poll();
      if (next == null) {
        break;
      }
      waitingCount.decrementAndGet();
      taken.add(exposure(next));
    }
    return taken;
  }

  private static Exposure exposure(Seen seen) {
    return Exposure.newBuilder()
        .setRoute(seen.route)
        .setLayer(seen.arm.layer())
        .setExperiment(seen.arm.experiment())
        .setArm(seen.arm.name())
        .setVariant(seen.arm.variant().name())
        .setUnit(seen.unit)
        .setWeightBasisPoints(seen.arm.weightBasisPoints())
        .setAt(
            Timestamp.newBuilder().setSeconds(seen.at.getEpochSecond()).setNanos(seen.at.getNano()))
        .build();
  }

  /**
   * Says which experiments are running. When one has ended, it is forgotten which units were told
   * of, so that there is room again; those of the others may be told of once more.
   *
   * @param names route and name of each
   */
  public synchronized void running(Set<String> names) {
    if (!names.containsAll(running)) {
      seen = null;
    }
    running = Set.copyOf(names);
  }

  /** Exposures that wait for the monitor. */
  public int waiting() {
    return waitingCount.get();
  }

  /** Exposures that could not be told of so far. */
  public long dropped() {
    return dropped.sum();
  }
}
