package dev.weir.router.outcome;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportOutcomesRequest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings slices to the monitor: keeps each until it is acknowledged, drops the oldest when too many
 * wait, and counts that. Thread-safe.
 */
public final class OutcomeSender {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeSender.class);
  private static final int BATCH = 64;

  private final String routerProcess;
  private final OutcomeIntake intake;
  private final int maxWaiting;

  @GuardedBy("this")
  private final Deque<OutcomeSlice> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private long dropped;

  private final Object flushing = new Object();

  @GuardedBy("flushing")
  private boolean reachable = true;

  /**
   * @param routerProcess instance and a part that is new at each start
   */
  public OutcomeSender(String routerProcess, OutcomeIntake intake, int maxWaiting) {
    this.routerProcess = routerProcess;
    this.intake = intake;
    this.maxWaiting = maxWaiting;
  }

  /** Takes a slice; never waits. */
  public synchronized void offer(OutcomeSlice slice) {
    if (waiting.size() >= maxWaiting) {
      waiting.removeFirst();
      dropped++;
    }
    waiting.addLast(slice);
  }

  /** Sends what waits, until nothing does or the monitor does not answer. */
  public void flush() {
    synchronized (flushing) {
      sendAll();
    }
  }

  @GuardedBy("flushing")
  private void sendAll() {
    while (true) {
      ReportOutcomesRequest request = nextRequest();
      if (request.getSlicesCount() == 0) {
        return;
      }
      try {
        long acknowledged = intake.send(request);
        said(true, "");
        if (!remove(acknowledged)) {
          return;
        }
      } catch (IOException e) {
        said(false, String.valueOf(e.getMessage()));
        return;
      }
    }
  }

  private synchronized ReportOutcomesRequest nextRequest() {
    List<OutcomeSlice> batch = new ArrayList<>();
    for (OutcomeSlice slice : waiting) {
      if (batch.size() == BATCH) {
        break;
      }
      batch.add(slice);
    }
    return ReportOutcomesRequest.newBuilder()
        .setRouterProcess(routerProcess)
        .addAllSlices(batch)
        .setDroppedSlices(dropped)
        .build();
  }

  /** Returns whether anything was removed. */
  private synchronized boolean remove(long acknowledged) {
    int before = waiting.size();
    waiting.removeIf(slice -> slice.getSequence() <= acknowledged);
    return waiting.size() < before;
  }

  @GuardedBy("flushing")
  private void said(boolean reachableNow, String problem) {
    if (reachableNow != reachable) {
      reachable = reachableNow;
      if (reachableNow) {
        LOG.info("the monitor takes outcomes again");
      } else {
        LOG.atWarn().addKeyValue("problem", problem).log("the monitor takes no outcomes");
      }
    }
  }

  /** Slices that wait for the monitor. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** Slices dropped so far. */
  public synchronized long dropped() {
    return dropped;
  }
}
