package dev.weir.router.outcome;

import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.router.policy.Cohort;
import dev.weir.router.wire.StatusCode;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts of independent requests: one joint array of what became of them (the latency's bucket when
 * OK, else the status code behind the buckets), so that an end is one atomic addition. It is also
 * the ticket of each of its requests.
 */
final class CountedCell implements Cell, Ticket {
  private static final int CODES = LatencyScale.BUCKETS;

  private final LongAdder late;
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicIntegerArray joint =
      new AtomicIntegerArray(LatencyScale.BUCKETS + StatusCode.COUNT);
  private final Exemplars exemplars = new Exemplars();
  private volatile boolean closed;

  /**
   * @param late counts requests that end after the cell was closed
   */
  CountedCell(LongAdder late) {
    this.late = late;
  }

  void start() {
    started.incrementAndGet();
  }

  @Override
  public void finish(StatusCode code, long latencyNanos, @Nullable String sampledTraceId) {
    if (closed) {
      late.increment();
      return;
    }
    if (sampledTraceId != null) {
      exemplars.offer(code == StatusCode.OK ? latencyNanos : Long.MAX_VALUE, sampledTraceId);
    }
    joint.getAndIncrement(
        code == StatusCode.OK ? LatencyScale.bucketOf(latencyNanos) : CODES + code.number());
  }

  @Override
  public int started() {
    return started.get();
  }

  @Override
  public int finished() {
    int sum = 0;
    for (int i = 0; i < joint.length(); i++) {
      sum += joint.getPlain(i);
    }
    return sum;
  }

  @Override
  public OutcomeCell close(Cohort cohort) {
    closed = true;
    OutcomeCell.Builder cell = OutcomeCell.newBuilder().setKey(CohortKeys.key(cohort));
    long ended = 0;
    for (int bucket = 0; bucket < LatencyScale.BUCKETS; bucket++) {
      int count = joint.get(bucket);
      if (count > 0) {
        cell.addLatencyBuckets(bucket).addLatencyCounts(count);
        ended += count;
      }
    }
    for (int code = 1; code < StatusCode.COUNT; code++) {
      int count = joint.get(CODES + code);
      if (count > 0) {
        cell.putErrors(code, count);
        ended += count;
      }
    }
    // read after the ends: each of those had started before
    int all = started.get();
    return cell.setStarted(all)
        .setUnfinished(all - ended)
        .addAllExemplarTraceIds(exemplars.worstFirst())
        .build();
  }
}
