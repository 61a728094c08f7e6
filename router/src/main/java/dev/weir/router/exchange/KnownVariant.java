package dev.weir.router.exchange;

import dev.weir.router.policy.Decision;
import dev.weir.router.policy.Reason;
import dev.weir.router.wire.StatusCode;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a variant while the router runs, whatever snapshots come: counts, the latencies
 * that hedging goes by, and the ready-made part of its assignments. Thread-safe, lock-free.
 */
final class KnownVariant {
  private static final int BUCKETS = LatencyBounds.COUNT + 1;
  private static final int LATENCY_SUM = StatusCode.COUNT;
  private static final int FIRST_BUCKET = LATENCY_SUM + 1;
  private static final int RETRIES = FIRST_BUCKET + BUCKETS;
  private static final int HEDGES = RETRIES + 1;
  private static final int HEDGES_WON = HEDGES + 1;
  private static final int OVER_BUDGET = HEDGES_WON + 1;
  private static final int FIRST_REASON = OVER_BUDGET + 1;
  private static final int SIZE = FIRST_REASON + Reason.values().length;
  private static final long QUANTILE_PERIOD_NANOS = 10_000_000_000L;
  private static final int COHORTS = 4;

  private final KnownRoute route;
  private final String name;
  private final StripedCounts counts = new StripedCounts(SIZE);
  private final AtomicReference<@Nullable LatencyQuantile> latencies = new AtomicReference<>();

  /** By identity of the cohort; replaced whole, since a new snapshot brings new ones. */
  private volatile AssignmentBytes[] assignments = {};

  KnownVariant(KnownRoute route, String name) {
    this.route = route;
    this.name = name;
  }

  KnownRoute route() {
    return route;
  }

  String name() {
    return name;
  }

  void decided(Reason reason) {
    counts.increment(FIRST_REASON + reason.ordinal());
  }

  void ended(StatusCode code, long latencyNanos) {
    long[] row = counts.row();
    StripedCounts.add(row, code.number(), 1);
    StripedCounts.add(row, LATENCY_SUM, latencyNanos);
    StripedCounts.add(row, FIRST_BUCKET + LatencyBounds.bucketOf(latencyNanos), 1);
  }

  void retried() {
    counts.increment(RETRIES);
  }

  void hedged() {
    counts.increment(HEDGES);
  }

  void hedgeWon() {
    counts.increment(HEDGES_WON);
  }

  void overBudget() {
    counts.increment(OVER_BUDGET);
  }

  long decisions(Reason reason) {
    return counts.sum(FIRST_REASON + reason.ordinal());
  }

  long ended(StatusCode code) {
    return counts.sum(code.number());
  }

  long retries() {
    return counts.sum(RETRIES);
  }

  long hedges() {
    return counts.sum(HEDGES);
  }

  long hedgesWon() {
    return counts.sum(HEDGES_WON);
  }

  long refusedByBudget() {
    return counts.sum(OVER_BUDGET);
  }

  double latencySumSeconds() {
    return counts.sum(LATENCY_SUM) * 1e-9;
  }

  /** Requests by {@link LatencyBounds}, the last beyond all of them. */
  long[] latencyCounts() {
    long[] sums = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      sums[i] = counts.sum(FIRST_BUCKET + i);
    }
    return sums;
  }

  /** Latencies of its attempts; kept from the first time that somebody asks. */
  LatencyQuantile latencies(long nowNanos) {
    LatencyQuantile known = latencies.get();
    if (known != null) {
      return known;
    }
    var fresh = new LatencyQuantile(QUANTILE_PERIOD_NANOS, nowNanos);
    return latencies.compareAndSet(null, fresh) ? fresh : latencies(nowNanos);
  }

  /** The worker's word about a decision for this variant. */
  byte[] assignment(Decision.Routed decision, int attempt) {
    return assignments(decision).bytes(decision, attempt);
  }

  private AssignmentBytes assignments(Decision.Routed decision) {
    AssignmentBytes[] all = assignments;
    for (AssignmentBytes known : all) {
      if (known.isFor(decision)) {
        return known;
      }
    }
    var fresh = new AssignmentBytes(decision);
    var next = new AssignmentBytes[Math.min(all.length + 1, COHORTS)];
    next[0] = fresh;
    System.arraycopy(all, 0, next, 1, next.length - 1);
    assignments = next;
    return fresh;
  }
}
