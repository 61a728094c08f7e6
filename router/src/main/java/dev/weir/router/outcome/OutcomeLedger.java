package dev.weir.router.outcome;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.router.policy.Cohort;
import dev.weir.router.policy.Decision;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what becomes of requests, by the slice of time in which they started. A slice is handed
 * over once all its requests have ended, or when the observation window after it is over: what has
 * not ended then is counted as unfinished, so that a slow canary is seen as slow and not left out.
 *
 * <p>Thread-safe; {@link #start} and tickets are lock-free.
 */
public final class OutcomeLedger {
  private final OutcomeConfig config;
  private final Clock clock;
  private final Consumer<OutcomeSlice> closedSlices;
  private final LongAdder late = new LongAdder();
  private final LongAdder noRoom = new LongAdder();
  private final Map<String, SeenUnits> seenByExperiment = new ConcurrentHashMap<>();

  @GuardedBy("this")
  private final Deque<Retired> retired = new ArrayDeque<>();

  @GuardedBy("this")
  private long sequence;

  private volatile Slice current;

  private record Retired(Slice slice, long entered, long lengthMillis, long endNanos) {}

  /**
   * @param closedSlices gets each slice once, in order of sequence, on the ticking thread; must not
   *     wait
   */
  public OutcomeLedger(OutcomeConfig config, Clock clock, Consumer<OutcomeSlice> closedSlices) {
    this.config = config;
    this.clock = clock;
    this.closedSlices = closedSlices;
    this.current = open();
  }

  private Slice open() {
    return new Slice(clock.now(), clock.nanoTime(), late);
  }

  /** Counts a request as started. A sticky unit that was counted before is counted as no unit. */
  public Ticket start(Decision.Routed decision) {
    Cohort cohort = decision.cohort();
    boolean countsAsUnit = !cohort.sticky() || isFirst(cohort, decision.unit());
    return start(countsAsUnit ? cohort : decision.variant().plain(), decision.unit());
  }

  /** Counts a request as started that is no unit. */
  public Ticket startPlain(Decision.Routed decision) {
    return start(decision.variant().plain(), 0);
  }

  private Ticket start(Cohort cohort, long unit) {
    while (true) {
      Ticket ticket = current.start(cohort, unit);
      if (ticket != null) {
        return ticket;
      }
    }
  }

  private boolean isFirst(Cohort cohort, long unit) {
    SeenUnits seen =
        seenByExperiment.computeIfAbsent(
            experiment(cohort), e -> new SeenUnits(config.maxStickyUnits()));
    return switch (seen.add(unit)) {
      case FIRST -> true;
      case SEEN -> false;
      case NO_ROOM -> {
        noRoom.increment();
        yield false;
      }
    };
  }

  private static String experiment(Cohort cohort) {
    return cohort.route() + '\n' + cohort.rolloutId();
  }

  /**
   * Forgets the units of experiments that are over.
   *
   * @param running route and rollout id of those that are not
   */
  public void keepOnly(Set<RunningExperiment> running) {
    seenByExperiment
        .keySet()
        .removeIf(e -> running.stream().noneMatch(r -> e.equals(r.route() + '\n' + r.rolloutId())));
  }

  /** A comparison that goes on. */
  public record RunningExperiment(String route, String rolloutId) {}

  /** Begins a new slice and hands over those that are done. To be called once per slice length. */
  public synchronized void tick() {
    Slice ending = current;
    current = open();
    long now = clock.nanoTime();
    long lengthMillis = Math.max(1, Duration.ofNanos(now - ending.startNanos()).toMillis());
    retired.add(new Retired(ending, ending.seal(), lengthMillis, now));
    long window = config.observationWindow().toNanos();
    for (Iterator<Retired> each = retired.iterator(); each.hasNext(); ) {
      Retired slice = each.next();
      if (slice.slice().isComplete(slice.entered()) || now - slice.endNanos() >= window) {
        each.remove();
        handOver(slice);
      }
    }
  }

  @GuardedBy("this")
  private void handOver(Retired slice) {
    @Nullable OutcomeSlice closed = slice.slice().close(sequence + 1, slice.lengthMillis());
    if (closed != null) {
      sequence++;
      closedSlices.accept(closed);
    }
  }

  /** Requests that ended after their slice was closed: counted there as unfinished. */
  public long late() {
    return late.sum();
  }

  /** Requests of new keys that were counted as no units because too many keys were seen. */
  public long stickyUnitsWithoutRoom() {
    return noRoom.sum();
  }
}
