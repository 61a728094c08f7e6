package dev.weir.monitor.mirror;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.monitor.intake.DirectDoor;
import dev.weir.monitor.intake.IntakeCounts;
import dev.weir.monitor.intake.IntakeEvent;
import dev.weir.monitor.intake.SaidDropped;
import dev.weir.monitor.privacy.Erasable;
import dev.weir.platform.time.Clock;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How shadow versions did beside those that answered, by route and by the two versions. A
 * comparison to which no pair comes is forgotten after a while. Thread-safe, bounded.
 */
public final class MirrorBoard implements DirectDoor.Mirrored, Erasable {
  private static final int MOST_PAIRS_OF_A_REPORT = 1_000;

  private final MirrorConfig config;
  private final IntakeCounts counts;
  private final SaidDropped dropped;
  private final Consumer<Collection<String>> keepTraces;
  private final Consumer<List<MirrorPair>> judge;
  private final Clock clock;

  @GuardedBy("this")
  private final Map<MirrorKey, Comparison> comparisons = new LinkedHashMap<>();

  /**
   * Empty.
   *
   * @param counts counts what is taken and what is not
   * @param dropped how much each router said it dropped
   * @param keepTraces told of the traces of the most different pairs
   * @param judge gets the pairs of each report that make sense
   */
  public MirrorBoard(
      MirrorConfig config,
      IntakeCounts counts,
      SaidDropped dropped,
      Consumer<Collection<String>> keepTraces,
      Consumer<List<MirrorPair>> judge,
      Clock clock) {
    this.config = config;
    this.counts = counts;
    this.dropped = dropped;
    this.keepTraces = keepTraces;
    this.judge = judge;
    this.clock = clock;
  }

  @Override
  public void take(ReportMirroredRequest request) {
    List<MirrorPair> usable =
        request.getPairsList().stream()
            .limit(MOST_PAIRS_OF_A_REPORT)
            .filter(MirrorPairCheck::isUsable)
            .toList();
    counts.add(IntakeEvent.MIRROR_PAIRS_REFUSED, request.getPairsCount() - usable.size());
    compare(usable);
    judge.accept(usable);
    counts.add(
        IntakeEvent.MIRROR_PAIRS_DROPPED_BY_ROUTERS,
        dropped.more(request.getRouterProcess(), request.getDroppedPairs()));
  }

  private synchronized void compare(List<MirrorPair> pairs) {
    forgetSilent();
    pairs.forEach(this::take);
  }

  @GuardedBy("this")
  private void take(MirrorPair pair) {
    Comparison comparison = of(MirrorKey.of(pair));
    if (comparison == null) {
      counts.add(IntakeEvent.MIRROR_PAIRS_OVERFLOW);
      return;
    }
    counts.add(IntakeEvent.MIRROR_PAIRS);
    if (comparison.add(pair, clock.now(), clock.nanoTime())) {
      keepTraces.accept(
          Stream.of(pair.getPrimary().getTraceId(), pair.getShadow().getTraceId())
              .filter(trace -> !trace.isEmpty())
              .toList());
    }
  }

  /** The comparison; null: there is no room. */
  @GuardedBy("this")
  private @Nullable Comparison of(MirrorKey key) {
    Comparison there = comparisons.get(key);
    return there != null || comparisons.size() >= config.maxComparisons()
        ? there
        : comparisons.computeIfAbsent(key, k -> new Comparison(k, config, counts, clock.now()));
  }

  @GuardedBy("this")
  private void forgetSilent() {
    long now = clock.nanoTime();
    int before = comparisons.size();
    comparisons.values().removeIf(c -> now - c.lastNanos() > config.forgetAfter().toNanos());
    counts.add(IntakeEvent.MIRROR_COMPARISONS_FORGOTTEN, before - comparisons.size());
  }

  @Override
  public synchronized boolean erase(String requestId) {
    return forget(request -> request.id().equals(requestId));
  }

  /** Pairs have no unit. */
  @Override
  public int eraseUnit(long unit) {
    return 0;
  }

  @Override
  public synchronized boolean eraseTrace(String traceId) {
    return forget(
        request -> request.primaryTrace().equals(traceId) || request.shadowTrace().equals(traceId));
  }

  @GuardedBy("this")
  private boolean forget(Predicate<MirrorView.Request> which) {
    boolean any = false;
    for (Comparison comparison : comparisons.values()) {
      any |= comparison.forget(which);
    }
    return any;
  }

  /** All comparisons, the one that a pair came to last first. */
  public synchronized List<MirrorView> views() {
    forgetSilent();
    return comparisons.values().stream()
        .sorted(Comparator.comparingLong(Comparison::lastNanos).reversed())
        .map(Comparison::view)
        .toList();
  }
}
