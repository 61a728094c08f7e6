package dev.weir.router.outcome;

import dev.weir.platform.outcome.LatencyScale;
import dev.weir.proto.monitor.v1.OutcomeCell;
import dev.weir.proto.monitor.v1.UnitOutcome;
import dev.weir.router.policy.Cohort;
import dev.weir.router.wire.StatusCode;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * First requests of sticky units, each by name, so that the monitor can leave out what another
 * router saw first. The counts are made from the units when the cell is closed.
 */
final class UnitCell implements Cell {
  private static final int UNFINISHED = -1;

  private final LongAdder late;
  private final Queue<Unit> units = new ConcurrentLinkedQueue<>();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger finished = new AtomicInteger();
  private final Exemplars exemplars = new Exemplars();
  private volatile boolean closed;

  UnitCell(LongAdder late) {
    this.late = late;
  }

  Ticket start(long unit) {
    var ticket = new Unit(unit);
    units.add(ticket);
    started.incrementAndGet();
    return ticket;
  }

  private final class Unit implements Ticket {
    private final long unit;
    // the status code times the number of buckets, plus the bucket
    private volatile int outcome = UNFINISHED;

    Unit(long unit) {
      this.unit = unit;
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
      int bucket = code == StatusCode.OK ? LatencyScale.bucketOf(latencyNanos) : 0;
      outcome = code.number() * LatencyScale.BUCKETS + bucket;
      finished.incrementAndGet();
    }
  }

  @Override
  public int started() {
    return started.get();
  }

  @Override
  public int finished() {
    return finished.get();
  }

  @Override
  public OutcomeCell close(Cohort cohort) {
    closed = true;
    OutcomeCell.Builder cell = OutcomeCell.newBuilder().setKey(CohortKeys.key(cohort));
    var buckets = new TreeMap<Integer, Long>();
    long count = 0;
    long unfinished = 0;
    for (Unit unit : units) {
      int outcome = unit.outcome;
      UnitOutcome.Builder told = UnitOutcome.newBuilder().setUnit(unit.unit);
      count++;
      if (outcome == UNFINISHED) {
        told.setUnfinished(true);
        unfinished++;
      } else {
        int code = outcome / LatencyScale.BUCKETS;
        int bucket = outcome % LatencyScale.BUCKETS;
        told.setStatus(code).setLatencyBucket(bucket);
        if (code == 0) {
          buckets.merge(bucket, 1L, Long::sum);
        } else {
          cell.putErrors(code, cell.getErrorsOrDefault(code, 0) + 1);
        }
      }
      cell.addUnits(told);
    }
    buckets.forEach((bucket, n) -> cell.addLatencyBuckets(bucket).addLatencyCounts(n));
    return cell.setStarted(count)
        .setUnfinished(unfinished)
        .addAllExemplarTraceIds(exemplars.worstFirst())
        .build();
  }
}
